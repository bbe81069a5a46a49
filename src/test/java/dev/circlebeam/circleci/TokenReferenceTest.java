package dev.circlebeam.circleci;

import static dev.circlebeam.circleci.TestClients.TOKEN;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

public class TokenReferenceTest {
  @Rule public final TemporaryFolder folder = new TemporaryFolder();

  @Test
  public void givenEnvironmentVariable_thenItsValueWithoutBlanksAround() {
    assertEquals(
        TOKEN, TokenReference.parse("env:T").resolve(Map.of("T", " " + TOKEN + "\n")).value());
  }

  @Test
  public void givenFile_thenItsContentsWithoutTheLineEnd() throws Exception {
    Path file = folder.newFile().toPath();
    Files.writeString(file, TOKEN + "\r\n");
    assertEquals(TOKEN, TokenReference.parse("file:" + file).resolve(Map.of()).value());
  }

  @Test
  public void givenNoSuchVariable_thenItsNameAndWhatToDo() {
    String message = refused("env:CIRCLECI_TOKEN", Map.of());
    assertTrue(message, message.contains("environment variable CIRCLECI_TOKEN is not set"));
    assertTrue(message, message.contains("Personal API Tokens"));
    assertTrue(message, message.contains("--token=file:PATH"));
  }

  @Test
  public void givenNoSuchFile_thenItsName() throws Exception {
    Path file = folder.getRoot().toPath().resolve("absent");
    String message = refused("file:" + file, Map.of());
    assertTrue(message, message.contains("--token=file:" + file));
    assertTrue(refused("file:" + folder.getRoot(), Map.of()).contains("cannot be read"));
  }

  @Test
  public void givenEmptyToken_thenRefused() throws Exception {
    assertTrue(refused("env:T", Map.of("T", "")).contains("--token=env:T is empty"));
    assertTrue(refused("env:T", Map.of("T", " \n")).contains("--token=env:T is empty"));
    Path file = folder.newFile().toPath();
    assertTrue(refused("file:" + file, Map.of()).contains("is empty"));
  }

  @Test
  public void givenWhatCannotBeAHeader_thenRefusedWithoutRepeatingIt() throws Exception {
    for (String odd :
        new String[] {TOKEN + " x", TOKEN + "\r\nX: y", TOKEN + "é", "a\u0000" + TOKEN}) {
      String message = refused("env:T", Map.of("T", odd));
      assertTrue(message, message.contains("is no token"));
      assertFalse(message, message.contains(TOKEN.substring(0, 10)));
    }
    Path file = folder.newFile().toPath();
    Files.write(file, new byte[] {(byte) 0xff, (byte) 0xfe, 'a'});
    assertTrue(refused("file:" + file, Map.of()).contains("--token=file:"));
  }

  @Test
  public void givenBareToken_thenRefusedWithoutRepeatingIt() {
    for (String text :
        new String[] {TOKEN, "token:" + TOKEN, "ENV:" + TOKEN, "", "env:", "file:"}) {
      IllegalArgumentException refused =
          assertThrows(IllegalArgumentException.class, () -> TokenReference.parse(text));
      assertFalse(refused.toString(), refused.toString().contains(TOKEN.substring(0, 10)));
      assertTrue(refused.getMessage(), refused.getMessage().contains("--token=env:NAME"));
    }
  }

  @Test
  public void givenSampleServersReference_thenItsToken() throws Exception {
    TokenReference sample = TokenReference.ofSampleServer();
    assertEquals(TokenReference.SAMPLE_TOKEN, sample.resolve(Map.of()).value());
    assertEquals(TokenReference.SAMPLE_TOKEN, copy(sample).resolve(Map.of()).value());
    assertThrows(IllegalArgumentException.class, () -> TokenReference.parse(sample.toString()));
  }

  @Test
  public void givenReferenceThatTravelled_thenItIsTheSame() throws Exception {
    TokenReference copy = copy(TokenReference.parse("env:T"));
    assertEquals("env:T", copy.toString());
    assertEquals(TOKEN, copy.resolve(Map.of("T", TOKEN)).value());
  }

  private static TokenReference copy(TokenReference reference) throws Exception {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
      out.writeObject(reference);
    }
    try (ObjectInputStream in =
        new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
      return (TokenReference) in.readObject();
    }
  }

  private static String refused(String reference, Map<String, String> environment) {
    TokenReference parsed = TokenReference.parse(reference);
    return assertThrows(IllegalStateException.class, () -> parsed.resolve(environment))
        .getMessage();
  }
}
