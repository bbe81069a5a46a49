package dev.circlebeam.circleci;

import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Set;

/**
 * Takes the token out of whatever a server sends, before anything else sees it. A piece of the
 * token of ten characters or more counts as the token.
 */
final class Redactor {
  private static final int PIECE = 10;
  private static final int SHORTEST = 8;
  private static final String MARK = "[token]";

  private final String token;
  private final int piece;
  private final Set<String> pieces = new HashSet<>();
  private final boolean[] pairs = new boolean[1 << 16];

  Redactor(Token token) {
    this.token = token.value();
    this.piece = Math.min(PIECE, this.token.length());
    if (this.token.length() < SHORTEST) {
      return;
    }
    for (int i = 0; i + piece <= this.token.length(); i++) {
      pieces.add(this.token.substring(i, i + piece));
    }
    for (int i = 0; i + 1 < this.token.length(); i++) {
      pairs[pair(this.token.charAt(i), this.token.charAt(i + 1))] = true;
    }
  }

  /**
   * Redacts a text.
   *
   * @param text what to look through
   * @return the text itself when the token is not in it
   */
  String redact(String text) {
    StringBuilder result = new StringBuilder();
    int copied = 0;
    for (int i = 0; i + piece <= text.length(); i++) {
      if (pieces.contains(text.substring(i, i + piece))) {
        int end = i + piece;
        while (end < text.length() && pieces.contains(text.substring(end - piece + 1, end + 1))) {
          end++;
        }
        result.append(text, copied, i).append(MARK);
        copied = end;
        i = end - 1;
      }
    }
    return copied == 0 ? text : result.append(text, copied, text.length()).toString();
  }

  /**
   * Redacts a body. Bodies come by the thousand and hardly ever hold the token, so only every few
   * bytes are looked at: any piece of the token covers one of them.
   *
   * @param body UTF-8 text; tokens are ASCII
   * @return the body itself when the token is not in it
   */
  byte[] redact(byte[] body) {
    int stride = Math.max(1, piece - 1);
    for (int i = 0; i + 1 < body.length; i += stride) {
      if (pairs[pair(body[i] & 0xff, body[i + 1] & 0xff)] && pieceNear(body, i)) {
        // Latin-1 keeps every byte as it is, also those that are no valid UTF-8.
        return redact(new String(body, StandardCharsets.ISO_8859_1))
            .getBytes(StandardCharsets.ISO_8859_1);
      }
    }
    return body;
  }

  private boolean pieceNear(byte[] body, int at) {
    int from = Math.max(0, at - piece);
    int to = Math.min(body.length, at + piece + 1);
    String window = new String(body, from, to - from, StandardCharsets.ISO_8859_1);
    for (int i = 0; i + piece <= window.length(); i++) {
      if (pieces.contains(window.substring(i, i + piece))) {
        return true;
      }
    }
    return false;
  }

  private static int pair(int first, int second) {
    return (first & 0xff) << 8 | (second & 0xff);
  }
}
