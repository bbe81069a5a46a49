package dev.circlebeam.circleci;

import static org.junit.Assert.assertArrayEquals;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertSame;

import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.Test;

public class RedactorTest {
  private static final String TOKEN = "abcdefghijklmnopqrstuvwxyz0123456789";
  private static final Redactor REDACTOR = new Redactor(new Token(TOKEN));

  @Test
  public void givenNothingOfTheToken_thenTheSameObject() {
    String text = "nothing here, not even abcdefghi or z01234567";
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    assertSame(text, REDACTOR.redact(text));
    assertSame(bytes, REDACTOR.redact(bytes));
  }

  @Test
  public void givenNothingAtAll_thenNothing() {
    assertEquals("", REDACTOR.redact(""));
    assertEquals(0, REDACTOR.redact(new byte[0]).length);
    assertEquals(1, REDACTOR.redact(new byte[] {'a'}).length);
  }

  @Test
  public void givenToken_thenOneMark() {
    assertBoth("[token]", TOKEN);
    assertBoth("a[token]b", "a" + TOKEN + "b");
    assertBoth("[token] [token]", TOKEN + " " + TOKEN);
  }

  @Test
  public void givenEveryPieceOfTen_thenItIsTheToken() {
    for (int i = 0; i + 10 <= TOKEN.length(); i++) {
      assertBoth("<[token]>", "<" + TOKEN.substring(i, i + 10) + ">");
    }
  }

  @Test
  public void givenPieceOfNine_thenItStays() {
    for (int i = 0; i + 9 <= TOKEN.length(); i++) {
      String text = "<" + TOKEN.substring(i, i + 9) + ">";
      assertBoth(text, text);
    }
  }

  @Test
  public void givenPiecesSideBySide_thenNothingOfThemStays() {
    assertBoth("[token][token]", TOKEN.substring(5, 20) + TOKEN.substring(0, 12));
    assertBoth("[token][token]", TOKEN + TOKEN);
    assertBoth("[token]", TOKEN.substring(0, 15) + TOKEN.substring(15));
    assertBoth("[token]+[token]", TOKEN.substring(3, 13) + "+" + TOKEN.substring(3, 13));
  }

  @Test
  public void givenPieceAndAShortRest_thenTheRestIsLessThanAPiece() {
    // After a mark, up to nine characters of the token may stay: too few to be of use.
    assertBoth("[token]abcdefghi", TOKEN + TOKEN.substring(0, 9));
  }

  @Test
  public void givenTokenAtEveryOffset_thenFoundInBytes() {
    for (int before = 0; before < 60; before++) {
      for (int after = 0; after < 3; after++) {
        assertBoth(
            "-".repeat(before) + "[token]" + "-".repeat(after),
            "-".repeat(before) + TOKEN + "-".repeat(after));
      }
    }
  }

  @Test
  public void givenPieceAtEveryOffset_thenFoundInBytes() {
    String piece = TOKEN.substring(13, 23);
    for (int before = 0; before < 60; before++) {
      assertBoth("-".repeat(before) + "[token]", "-".repeat(before) + piece);
    }
  }

  @Test
  public void givenTextMadeOfTheTokensLetters_thenBytesAndTextAgree() {
    Random random = new Random(1);
    int redacted = 0;
    for (int n = 0; n < 5_000; n++) {
      StringBuilder text = new StringBuilder();
      while (text.length() < 80) {
        int from = random.nextInt(TOKEN.length());
        int length = 1 + random.nextInt(14);
        text.append(TOKEN, from, Math.min(TOKEN.length(), from + length));
      }
      String expected = REDACTOR.redact(text.toString());
      redacted += expected.contains("[token]") ? 1 : 0;
      byte[] bytes = text.toString().getBytes(StandardCharsets.UTF_8);
      assertEquals(expected, new String(REDACTOR.redact(bytes), StandardCharsets.UTF_8));
      for (int i = 0; i + 10 <= TOKEN.length(); i++) {
        assertFalse(text + " -> " + expected, expected.contains(TOKEN.substring(i, i + 10)));
      }
    }
    assertFalse("nothing was redacted", redacted == 0);
  }

  @Test
  public void givenShortToken_thenOnlyTheWholeOfIt() {
    Redactor redactor = new Redactor(new Token("token-01"));
    assertEquals("a[token]b token-0", redactor.redact("atoken-01b token-0"));
    for (int before = 0; before < 10; before++) {
      byte[] bytes = ("-".repeat(before) + "token-01").getBytes(StandardCharsets.UTF_8);
      assertEquals(
          "-".repeat(before) + "[token]",
          new String(redactor.redact(bytes), StandardCharsets.UTF_8));
    }
  }

  @Test
  public void givenTokenThatIsAWord_thenTheRowsAreNotSpoiled() {
    Redactor redactor = new Redactor(new Token("test"));
    assertEquals("unit-test of x", redactor.redact("unit-test of x"));
    byte[] bytes = "unit-test of x".getBytes(StandardCharsets.UTF_8);
    assertSame(bytes, redactor.redact(bytes));
  }

  @Test
  public void givenTokenThatRepeatsItself_thenFound() {
    Redactor redactor = new Redactor(new Token("ababababababab"));
    assertEquals("x[token]x", redactor.redact("xababababababababababababx"));
    assertEquals("[token] ababab", redactor.redact("bababababa ababab"));
  }

  @Test
  public void givenBytesThatAreNoUtf8_thenAllOthersStayAsTheyAre() {
    byte[] token = TOKEN.getBytes(StandardCharsets.US_ASCII);
    byte[] mark = "[token]".getBytes(StandardCharsets.US_ASCII);
    byte[] odd = {(byte) 0xff, (byte) 0xc3, (byte) 0x28, 0, (byte) 0x80};
    assertArrayEquals(join(odd, mark, odd), REDACTOR.redact(join(odd, token, odd)));
    assertSame(odd, REDACTOR.redact(odd));
  }

  private static byte[] join(byte[] a, byte[] b, byte[] c) {
    byte[] all = new byte[a.length + b.length + c.length];
    System.arraycopy(a, 0, all, 0, a.length);
    System.arraycopy(b, 0, all, a.length, b.length);
    System.arraycopy(c, 0, all, a.length + b.length, c.length);
    return all;
  }

  private static void assertBoth(String expected, String text) {
    assertEquals(expected, REDACTOR.redact(text));
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    assertEquals(expected, new String(REDACTOR.redact(bytes), StandardCharsets.UTF_8));
  }
}
