package dev.circlebeam.circleci;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.circlebeam.google.GoogleApi;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.regex.Pattern;

/** Reads secrets from Google's Secret Manager. */
final class SecretManager {
  private static final Pattern VERSION =
      Pattern.compile(
          "projects/[a-z0-9][a-z0-9.:-]{0,99}/secrets/[A-Za-z0-9_-]{1,255}"
              + "/versions/[A-Za-z0-9_-]{1,63}");
  private static final ObjectMapper JSON = new ObjectMapper();

  private final GoogleApi api;

  SecretManager(GoogleApi api) {
    this.api = api;
  }

  /**
   * Returns Google's.
   *
   * @throws IOException when there are no credentials
   */
  static SecretManager ofGoogle() throws IOException {
    return new SecretManager(GoogleApi.of("secretmanager"));
  }

  /** Tells whether a text is the full name of a secret's version. */
  static boolean isVersion(String name) {
    return VERSION.matcher(name).matches();
  }

  /**
   * Reads a version of a secret.
   *
   * @param version its full name
   * @return what it holds
   * @throws IllegalStateException when it cannot be read, with what to do; nothing that was
   *     answered is in the message
   */
  String read(String version) {
    GoogleApi.Answer answer = ask(version);
    if (answer.status() != 200) {
      throw unreadable(version, "Secret Manager answers " + answer, whatToDoAbout(answer.status()));
    }
    try {
      String data = JSON.readTree(answer.body()).path("payload").path("data").asText();
      return new String(Base64.getDecoder().decode(data), StandardCharsets.UTF_8);
    } catch (IOException | IllegalArgumentException e) {
      // Without the cause: it may quote the answer.
      throw unreadable(version, "the answer is not what Secret Manager documents", "try again");
    }
  }

  private GoogleApi.Answer ask(String version) {
    try {
      return api.get("v1/" + version + ":access");
    } catch (IOException e) {
      throw unreadable(
          version, "Secret Manager cannot be reached", "check the network: " + e.getMessage());
    }
  }

  private static String whatToDoAbout(int status) {
    return switch (status) {
      case 401, 403 ->
          "give the account that asks (on Dataflow the workers') the role"
              + " roles/secretmanager.secretAccessor on the secret";
      case 404 -> "check project, secret and version";
      case 400 -> "the version may be disabled or destroyed; name one that is enabled";
      default -> "try again later";
    };
  }

  private static IllegalStateException unreadable(String version, String why, String whatToDo) {
    return new IllegalStateException(
        "--token=secret:" + version + " cannot be read: " + why + "; " + whatToDo);
  }
}
