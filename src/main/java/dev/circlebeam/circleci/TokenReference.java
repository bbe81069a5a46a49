package dev.circlebeam.circleci;

import java.io.IOException;
import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.Supplier;
import java.util.regex.Pattern;

/**
 * Where the token is: {@code env:NAME}, {@code file:PATH} or {@code
 * secret:projects/P/secrets/S/versions/V}, in Google's Secret Manager. Never the token itself.
 */
public final class TokenReference implements Serializable {
  private static final long serialVersionUID = 1L;
  private static final String ENV = "env:";
  private static final String FILE = "file:";
  private static final String SECRET = "secret:";
  private static final Pattern VARIABLE = Pattern.compile("[A-Z][A-Z0-9_]*");

  /** What the sample server takes for a token. */
  public static final String SAMPLE_TOKEN = "sample-token";

  private static final TokenReference SAMPLE = new TokenReference("the sample server's");

  private final String reference;

  private TokenReference(String reference) {
    this.reference = reference;
  }

  /**
   * Returns a reference to the token that the sample server takes, which is no secret.
   *
   * @return the reference; no text means it
   */
  public static TokenReference ofSampleServer() {
    return SAMPLE;
  }

  /**
   * Reads a reference. Messages do not repeat what was given, since it may be a token.
   *
   * @param text such as {@code env:CIRCLECI_TOKEN}
   * @return the reference
   * @throws IllegalArgumentException when it is none, with what to give instead
   */
  public static TokenReference parse(String text) {
    if (text.startsWith(SECRET)) {
      if (SecretManager.isVersion(text.substring(SECRET.length()))) {
        return new TokenReference(text);
      }
      throw new IllegalArgumentException(
          "--token=secret: names no version of a secret; give its full name:"
              + " --token=secret:projects/P/secrets/S/versions/V, where V may be latest");
    }
    for (String scheme : new String[] {ENV, FILE}) {
      if (text.startsWith(scheme) && text.length() > scheme.length()) {
        return new TokenReference(text);
      }
    }
    throw new IllegalArgumentException(
        "--token says where the token is, not the token itself: options are shown in logs and"
            + " consoles. Give --token=env:NAME, --token=file:PATH or"
            + " --token=secret:projects/P/secrets/S/versions/V");
  }

  /**
   * Tells whether the token is in Secret Manager, where every machine of a job finds it.
   *
   * @return false for what is on one machine only
   */
  public boolean isSecret() {
    return reference.startsWith(SECRET);
  }

  /**
   * Fetches the token.
   *
   * @param environment the environment's variables
   * @return the token
   * @throws IllegalStateException when it is not where the reference says, with what to do
   */
  public Token resolve(Map<String, String> environment) {
    return resolve(environment, TokenReference::secretManager);
  }

  /** The same, with another Secret Manager; for tests. */
  Token resolve(Map<String, String> environment, Supplier<SecretManager> secrets) {
    if (reference.equals(SAMPLE.reference)) {
      return new Token(SAMPLE_TOKEN);
    }
    String value;
    if (isSecret()) {
      value = secrets.get().read(reference.substring(SECRET.length()));
    } else {
      value = reference.startsWith(ENV) ? fromEnvironment(environment) : fromFile();
    }
    String token = value.strip();
    if (token.isEmpty()) {
      throw new IllegalStateException("the token at --token=" + reference + " is empty");
    }
    if (!token.chars().allMatch(c -> c > 0x20 && c < 0x7f)) {
      throw new IllegalStateException(
          "what is at --token=" + reference + " is no token: it holds blanks or odd characters");
    }
    return new Token(token);
  }

  private static SecretManager secretManager() {
    try {
      return SecretManager.ofGoogle();
    } catch (IOException e) {
      throw new IllegalStateException(
          "--token=secret: needs credentials for Google Cloud, and there are none: run 'gcloud auth"
              + " application-default login', or set GOOGLE_APPLICATION_CREDENTIALS",
          e);
    }
  }

  private String fromEnvironment(Map<String, String> environment) {
    String name = reference.substring(ENV.length());
    String value = environment.get(name);
    if (value == null) {
      throw new IllegalStateException(
          "the environment variable "
              // Anything else may be a token that a shell has put in a variable's place.
              + (VARIABLE.matcher(name).matches() ? name : "that --token names")
              + " is not set: put a personal API token there (circleci.com, User Settings, Personal"
              + " API Tokens), or say where it is with --token=env:NAME or --token=file:PATH");
    }
    return value;
  }

  private String fromFile() {
    try {
      return Files.readString(Path.of(reference.substring(FILE.length())), StandardCharsets.UTF_8);
    } catch (InvalidPathException e) {
      throw new IllegalStateException("what --token=file: names is no path", e);
    } catch (IOException e) {
      throw new IllegalStateException("--token=" + reference + " cannot be read", e);
    }
  }

  @Override
  public String toString() {
    return reference;
  }
}
