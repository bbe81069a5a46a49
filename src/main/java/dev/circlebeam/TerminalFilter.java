package dev.circlebeam;

import dev.circlebeam.circleci.PlainLine;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

/**
 * What libraries log and what Java says of a crash, made safe to show on a terminal: they repeat
 * what came from outside. Text is UTF-8; ends of lines and tabs stay.
 */
final class TerminalFilter extends OutputStream {
  private static final int LONGEST = 8192;

  private final OutputStream out;
  private final ByteArrayOutputStream line = new ByteArrayOutputStream();

  TerminalFilter(OutputStream out) {
    this.out = out;
  }

  @Override
  public synchronized void write(int b) throws IOException {
    boolean isBetweenCharacters = (b & 0xc0) != 0x80;
    if (line.size() >= LONGEST && isBetweenCharacters) {
      pass();
    }
    if (b == '\n' || b == '\t') {
      pass();
      out.write(b);
    } else {
      line.write(b);
    }
  }

  @Override
  public synchronized void write(byte[] bytes, int from, int length) throws IOException {
    for (int i = from; i < from + length; i++) {
      write(bytes[i]);
    }
  }

  private void pass() throws IOException {
    String text = line.toString(StandardCharsets.UTF_8);
    line.reset();
    out.write(PlainLine.of(text).getBytes(StandardCharsets.UTF_8));
  }

  /** Passes on whole lines only: the end of one may be the first half of a character. */
  @Override
  public synchronized void flush() throws IOException {
    out.flush();
  }
}
