package dev.circlebeam;

import com.google.common.base.Suppliers;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Supplier;
import org.apache.beam.sdk.options.PipelineOptions;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.apache.commons.text.similarity.LevenshteinDistance;

/**
 * Turns arguments into options. Beam's parser would do, but for its answers: it repeats values,
 * which may be a token, and knows nothing of what people commonly mistake.
 */
final class CommandLine {
  private CommandLine() {}

  /**
   * Reads flags.
   *
   * @param args the arguments after the command
   * @return the options; runners' own flags included
   * @throws UsageException when a flag is unknown, given twice or badly formed
   */
  static SyncOptions parse(List<String> args) {
    PipelineOptionsFactory.register(SyncOptions.class);
    Set<String> ours = names(SyncOptions.class);
    // Only looked at when a flag is none of ours: there are a thousand.
    Supplier<Set<String>> beams = Suppliers.memoize(CommandLine::beamsNames);
    Set<String> valued = valued();
    Set<String> seen = new HashSet<>();
    List<String> given = new ArrayList<>();
    for (String arg : args) {
      if (!arg.startsWith("--")) {
        throw new UsageException(
            "'" + name(arg, 0) + "' is no flag; flags are written --name=value" + hint(given));
      }
      int equals = arg.indexOf('=');
      String name = name(arg, 2);
      if (name.equals("project") && arg.indexOf('/') >= 0) {
        throw new UsageException(
            "--project is Google Cloud's; for CircleCI projects give --projects="
                + arg.substring(equals + 1));
      }
      if (!ours.contains(name) && !beams.get().contains(name)) {
        throw new UsageException("there is no flag --" + name + nearest(name, ours, beams.get()));
      }
      if (equals < 0 && valued.contains(name)) {
        throw new UsageException("--" + name + " needs a value; did you mean --" + name + "=…?");
      }
      if (name.equals("runner") && equals >= 0) {
        KnownRunner.named(arg.substring(equals + 1));
      }
      if (ours.contains(name) && !seen.add(name)) {
        throw new UsageException("--" + name + " is given twice");
      }
      given.add(name);
    }
    try {
      return PipelineOptionsFactory.fromArgs(args.toArray(String[]::new)).as(SyncOptions.class);
    } catch (IllegalArgumentException e) {
      throw new UsageException(
          culprit(args) + String.valueOf(e.getMessage()).lines().findFirst().orElse(""));
    }
  }

  private static Set<String> beamsNames() {
    BeamFlags.register();
    Set<String> names = new TreeSet<>();
    PipelineOptionsFactory.getRegisteredOptions().forEach(type -> names.addAll(names(type)));
    return names;
  }

  /** The flag that Beam's complaint, which does not name it, is about. */
  private static String culprit(List<String> args) {
    for (String arg : args) {
      try {
        PipelineOptionsFactory.fromArgs(arg).as(SyncOptions.class);
      } catch (IllegalArgumentException e) {
        return name(arg, 0) + ": ";
      }
    }
    return "";
  }

  /** A flag's name; the value, which may be a token, is never shown. */
  private static String name(String arg, int from) {
    int equals = arg.indexOf('=');
    return arg.substring(from, equals < 0 ? arg.length() : equals);
  }

  /** Our flags that mean nothing without a value; Beam would take "true" for it. */
  private static Set<String> valued() {
    Set<String> valued = new TreeSet<>();
    for (Flag.Group group : Flag.Group.values()) {
      Help.flags(group).stream()
          .filter(flag -> !flag.getAnnotation(Flag.class).value().isEmpty())
          .filter(flag -> !flag.getAnnotation(Flag.class).valueIsOptional())
          .forEach(flag -> valued.add(Help.name(flag)));
    }
    return valued;
  }

  private static String hint(List<String> given) {
    if (given.isEmpty()) {
      return "";
    }
    String last = given.get(given.size() - 1);
    return " (did you mean --" + last + "=…?)";
  }

  private static String nearest(String name, Collection<String> ours, Collection<String> beams) {
    Optional<String> found = nearest(name, ours);
    if (found.isEmpty()) {
      found = nearest(name, beams);
    }
    return found.map(n -> "; did you mean --" + n + "?").orElse("; see --help");
  }

  /**
   * Finds what somebody may have meant.
   *
   * @param word what was written
   * @param candidates what there is
   * @return the one that differs least, if it differs little
   */
  static Optional<String> nearest(String word, Collection<String> candidates) {
    LevenshteinDistance distance = LevenshteinDistance.getDefaultInstance();
    String lower = word.toLowerCase(Locale.ROOT);
    int most = Math.max(2, word.length() / 3);
    TreeMap<String, Integer> distances = new TreeMap<>();
    for (String candidate : candidates) {
      distances.put(candidate, distance.apply(lower, candidate.toLowerCase(Locale.ROOT)));
    }
    return distances.entrySet().stream()
        .filter(entry -> entry.getValue() <= most)
        .min(Comparator.comparing(entry -> entry.getValue()))
        .map(entry -> entry.getKey());
  }

  private static Set<String> names(Class<? extends PipelineOptions> type) {
    Set<String> names = new TreeSet<>();
    for (java.lang.reflect.Method method : type.getMethods()) {
      String name = method.getName();
      int prefix = name.startsWith("get") ? 3 : name.startsWith("is") ? 2 : 0;
      if (prefix > 0 && method.getParameterCount() == 0 && name.length() > prefix) {
        // As Beam does it: getGCPTempLocation would be GCPTempLocation.
        names.add(java.beans.Introspector.decapitalize(name.substring(prefix)));
      }
    }
    return names;
  }
}
