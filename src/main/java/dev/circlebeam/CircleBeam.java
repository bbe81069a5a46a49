package dev.circlebeam;

import dev.circlebeam.circleci.PlainLine;
import dev.circlebeam.report.ExitCode;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/** The command line: one command, its flags, an exit code. Flags alone are those of a sync. */
public final class CircleBeam {
  private CircleBeam() {}

  /**
   * Runs one command and exits with its code.
   *
   * @param args the command and its flags
   */
  public static void main(String[] args) {
    PrintStream terminal = System.err;
    System.setErr(new PrintStream(new TerminalFilter(terminal), true, StandardCharsets.UTF_8));
    Logging.quiet(System.getenv());
    int code = run(Arrays.asList(args), System.out, terminal);
    System.out.flush();
    System.exit(code);
  }

  /**
   * Runs one command.
   *
   * @param args the command and its flags
   * @param out where results go
   * @param err where progress and complaints go
   * @return the exit code
   */
  static int run(List<String> args, PrintStream out, PrintStream err) {
    try {
      if (args.contains("--help=all")) {
        Help.printAll(out);
        return ExitCode.DONE.code();
      }
      if (args.isEmpty() || args.contains("--help") || args.get(0).equals("help")) {
        Help.print(args.isEmpty() ? err : out);
        return (args.isEmpty() ? ExitCode.USAGE : ExitCode.DONE).code();
      }
      if (args.get(0).startsWith("--")) {
        // Airflow's Beam operator and Dataflow's launcher have no place for a word before the
        // flags.
        return Command.SYNC.run(CommandLine.parse(args), out, err);
      }
      Command command = Command.of(args.get(0));
      return command.run(CommandLine.parse(args.subList(1, args.size())), out, err);
    } catch (UsageException e) {
      err.println("circlebeam: " + PlainLine.of(e.getMessage()));
      return ExitCode.USAGE.code();
    }
  }
}
