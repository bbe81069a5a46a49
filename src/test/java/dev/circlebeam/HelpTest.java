package dev.circlebeam;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.beam.sdk.options.Description;
import org.junit.Test;

public class HelpTest {
  private static final int WIDTH = 100;
  private static final Pattern FENCED =
      Pattern.compile(
          "```[a-z]*\n(circlebeam copies a CircleCI organization's history.*?)```", Pattern.DOTALL);

  @Test
  public void givenHelp_thenEveryFlagOfOursIsThereOnce() {
    List<String> shown =
        help("--help")
            .lines()
            .filter(line -> line.startsWith("  --"))
            .map(line -> line.strip().substring(2).replaceFirst("\\[?=.*", ""))
            .toList();
    Set<String> flags =
        Arrays.stream(SyncOptions.class.getDeclaredMethods())
            .filter(m -> m.getName().startsWith("get") || m.getName().startsWith("is"))
            .map(Help::name)
            .collect(Collectors.toCollection(TreeSet::new));
    assertTrue("few: " + flags, flags.size() > 25);
    assertEquals(flags, new TreeSet<>(shown));
    assertEquals(flags.size(), shown.size());
  }

  @Test
  public void givenFlags_thenEachHasGroupPlaceAndDescription() {
    int described = 0;
    for (Flag.Group group : Flag.Group.values()) {
      List<Method> flags = Help.flags(group);
      assertTrue(group.name(), !flags.isEmpty());
      List<Integer> places = new ArrayList<>();
      for (Method flag : flags) {
        String text = flag.getAnnotation(Description.class).value();
        assertTrue(text, text.endsWith("."));
        places.add(flag.getAnnotation(Flag.class).place());
        described++;
      }
      assertEquals(group.name(), places.size(), places.stream().distinct().count());
    }
    assertTrue(described > 25);
  }

  @Test
  public void givenHelp_thenEveryCommandIsThere() {
    for (Command command : Command.values()) {
      assertTrue(command.spelled(), help("--help").contains("\n  " + command.spelled() + " "));
    }
    assertTrue(help("--help").contains("Exit codes: 0 done; 1 failed; 2 "));
  }

  @Test
  public void givenHelp_thenItFitsTheTerminal() {
    List<String> lines = help("--help").lines().toList();
    assertTrue(lines.size() > 60);
    for (String line : lines) {
      assertTrue(line, line.codePointCount(0, line.length()) <= WIDTH);
      assertEquals("blanks at the end", line.stripTrailing(), line);
    }
  }

  @Test
  public void givenHelpInEveryPlace_thenTheSame() {
    String help = help("--help");
    assertEquals(help, help("help"));
    assertEquals(help, help("sync", "--help"));
    assertEquals(help, help("sync", "--output=out", "--help"));
  }

  @Test
  public void givenHelpForAll_thenBeamsFlagsAsWell() {
    String all = help("--help=all");
    assertTrue(all.startsWith(help("--help")));
    assertTrue(all.contains("--targetParallelism"));
  }

  @Test
  public void givenReadme_thenItShowsThisHelp() throws Exception {
    Path readme = Path.of("README.md");
    Matcher block = FENCED.matcher(Files.readString(readme));
    assertTrue("README.md shows the help", block.find());
    assertEquals(help("--help").strip(), block.group(1).strip());
  }

  private static String help(String... args) {
    Syncs.Outcome outcome = Syncs.run(args);
    assertEquals(0, outcome.code());
    assertEquals("", outcome.err());
    return outcome.out().replace("\r\n", "\n");
  }
}
