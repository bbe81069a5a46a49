package dev.circlebeam;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.Test;

public class CircleBeamTest {
  @Test
  public void givenFlagsAlone_thenTheyAreThoseOfASync() {
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    PrintStream out = new PrintStream(err, true, StandardCharsets.UTF_8);
    int code = CircleBeam.run(List.of("--runner=DirectRunner", "--projects=gh/acme/web"), out, out);
    assertEquals(2, code);
    assertTrue(
        err.toString(StandardCharsets.UTF_8),
        err.toString(StandardCharsets.UTF_8).startsWith("circlebeam: --output is missing"));
  }
}
