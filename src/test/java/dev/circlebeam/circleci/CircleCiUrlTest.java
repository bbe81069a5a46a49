package dev.circlebeam.circleci;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import org.junit.Test;

public class CircleCiUrlTest {
  @Test
  public void givenEveryForm_thenTheSameOrigin() {
    String[] texts = {
      "https://circleci.com",
      "https://circleci.com/",
      "https://circleci.com//",
      "https://circleci.com/api/v2",
      "https://circleci.com/api/v2/",
      "https://circleci.com/api/v2//",
      " https://circleci.com/api/v2 ",
      "HTTPS://CircleCI.com",
    };
    for (String text : texts) {
      assertEquals(text, "https://circleci.com", origin(text));
    }
  }

  @Test
  public void givenPortAndPath_thenTheyStay() {
    assertEquals("https://ci.acme.example:8443", origin("https://ci.acme.example:8443/api/v2"));
    assertEquals("https://acme.example/ci", origin("https://acme.example/ci/api/v2/"));
    assertEquals("https://acme.example/ci", origin("https://acme.example/ci/"));
    assertEquals("https://acme.example/a%20b", origin("https://acme.example/a%20b"));
  }

  @Test
  public void givenRequest_thenItsWholeAddress() {
    assertEquals(
        "https://circleci.com/api/v2/me?a=b",
        CircleCiUrl.parse("https://circleci.com/api/v2", false).of(new ApiRequest("me?a=b")));
  }

  @Test
  public void givenPlainHttpToThisMachine_thenAllowed() {
    String[] texts = {
      "http://localhost:8080",
      "http://LOCALHOST",
      "http://127.0.0.1:8080",
      "http://127.0.0.2",
      "http://127.255.255.254",
      "http://[::1]:8080",
      "http://[0:0:0:0:0:0:0:1]",
    };
    for (String text : texts) {
      assertTrue(text, origin(text).startsWith("http://"));
    }
  }

  @Test
  public void givenPlainHttpToAnotherHost_thenRefused() {
    String[] texts = {
      "http://circleci.com",
      "http://localhost.evil.com",
      "http://127.0.0.1.evil.com",
      "http://evil.com/127.0.0.1",
      "http://0.0.0.0",
      "http://10.0.0.1",
      "http://128.0.0.1",
      "http://[2001:db8::1]",
      "http://[::]",
      "http://localhost.",
    };
    for (String text : texts) {
      String message = refused(text);
      assertTrue(message, message.contains("--circleciUrl=" + text));
      assertTrue(message, message.contains("--allowInsecureHttp"));
    }
  }

  @Test
  public void givenPlainHttpThatIsMeant_thenAllowed() {
    assertEquals("http://ci.lan:8080", CircleCiUrl.parse("http://ci.lan:8080/", true).origin());
  }

  @Test
  public void givenWhatIsNoAddress_thenRefusedWithTheFlag() {
    String[] texts = {
      "circleci.com",
      "localhost:8080",
      "",
      "ftp://circleci.com",
      "file:///etc",
      "https://",
      "https:///api/v2",
      "https:circleci.com",
      "https://a b",
      "//circleci.com",
      "https://:443",
    };
    for (String text : texts) {
      String message = refused(text);
      assertTrue(message, message.contains("--circleciUrl="));
      assertTrue(message, message.contains("https://circleci.com"));
    }
  }

  @Test
  public void givenPortThatIsNone_thenRefused() {
    assertTrue(refused("https://circleci.com:99999").contains("--circleciUrl="));
  }

  @Test
  public void givenMoreThanHostAndPath_thenRefusedWithoutRepeatingWhatMayBeAToken() {
    String[] texts = {
      "https://SECRETSECRET@circleci.com",
      "https://circleci.com/SECRETSECRET@",
      "https://circleci.com/SECRETSECRETé",
      "https://user:SECRETSECRET@circleci.com",
      "https://circleci.com/?circle-token=SECRETSECRET",
      "https://circleci.com/#SECRETSECRET",
      "http://SECRETSECRET@circleci.com",
    };
    for (String text : texts) {
      String message = refused(text);
      assertTrue(message, message.contains("--circleciUrl"));
      assertFalse(message, message.contains("SECRETSECRET"));
    }
  }

  private static String origin(String text) {
    return CircleCiUrl.parse(text, false).origin();
  }

  private static String refused(String text) {
    return assertThrows(text, IllegalArgumentException.class, () -> CircleCiUrl.parse(text, false))
        .getMessage();
  }
}
