package dev.circlebeam;

import java.io.PrintStream;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The commands, each with what it does. */
enum Command {
  SYNC("copies; shows its progress, and a summary when it ends") {
    @Override
    int run(SyncOptions options, PrintStream out, PrintStream err) {
      return new SyncCommand(options, out, err).run();
    }
  },
  CHECK("proves the connection step by step: token, organizations, projects, pipelines") {
    @Override
    int run(SyncOptions options, PrintStream out, PrintStream err) {
      return new CheckCommand(options, out).run();
    }
  },
  TABLES("lists the tables: columns, keys, partitions, what they cost in requests") {
    @Override
    int run(SyncOptions options, PrintStream out, PrintStream err) {
      return TablesCommand.run(options, out);
    }
  },
  STATE("shows for each project what is complete, what is unfinished and since when") {
    @Override
    int run(SyncOptions options, PrintStream out, PrintStream err) {
      return StateCommand.run(options, out);
    }
  },
  SAMPLE_SERVER("serves an invented organization in the shape of CircleCI's API") {
    @Override
    int run(SyncOptions options, PrintStream out, PrintStream err) {
      return SampleServerCommand.run(options, out);
    }
  };

  private final String does;

  Command(String does) {
    this.does = does;
  }

  /**
   * Runs the command.
   *
   * @param options its flags
   * @param out where results go
   * @param err where progress and complaints go
   * @return the exit code
   */
  abstract int run(SyncOptions options, PrintStream out, PrintStream err);

  /** What the command does, in a few words. */
  String does() {
    return does;
  }

  /** The command as one writes it. */
  String spelled() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /**
   * Finds a command.
   *
   * @param word as written
   * @return the command
   * @throws UsageException when there is none of that name
   */
  static Command of(String word) {
    for (Command command : values()) {
      if (command.spelled().equals(word)) {
        return command;
      }
    }
    List<String> names = Arrays.stream(values()).map(Command::spelled).toList();
    Optional<String> nearest = CommandLine.nearest(word, names);
    throw new UsageException(
        "there is no command '"
            + word
            + "'"
            + nearest.map(n -> "; did you mean " + n + "?").orElse("")
            + " (commands: "
            + String.join(", ", names)
            + ")");
  }
}
