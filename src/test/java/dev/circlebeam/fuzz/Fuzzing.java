package dev.circlebeam.fuzz;

import java.io.IOException;
import java.util.Base64;
import java.util.Random;

/** Gives targets inputs that a seed decides, which is printed. */
public final class Fuzzing {
  private static final int INPUTS = Integer.getInteger("circlebeam.fuzz", 3000);
  private static final long FIRST_SEED = Long.getLong("circlebeam.firstSeed", 1);
  private static final int LONGEST = 600;

  /** What is tried. */
  @FunctionalInterface
  public interface Target {
    /**
     * Tries an input.
     *
     * @param data the input
     * @throws IOException or any other, or {@link AssertionError}, when it does harm
     */
    void accept(byte[] data) throws IOException;
  }

  private Fuzzing() {}

  /**
   * Tries inputs. {@code -Dcirclebeam.fuzz} sets how many, {@code -Dcirclebeam.firstSeed} the first
   * one's seed.
   *
   * @param name the target's
   * @param target what is tried
   */
  public static void run(String name, Target target) {
    System.out.printf("%s: %d inputs from seed %d%n", name, INPUTS, FIRST_SEED);
    for (long seed = FIRST_SEED; seed < FIRST_SEED + INPUTS; seed++) {
      Random random = new Random(seed);
      byte[] data = new byte[random.nextInt(LONGEST)];
      random.nextBytes(data);
      try {
        target.accept(data);
      } catch (IOException | RuntimeException | AssertionError | StackOverflowError e) {
        String input = Base64.getEncoder().encodeToString(data);
        throw new AssertionError(name + ", seed " + seed + ", " + input + ": " + e, e);
      }
    }
  }
}
