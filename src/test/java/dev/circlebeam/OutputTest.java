package dev.circlebeam;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertThrows;

import java.util.List;
import org.junit.Test;

/** What {@code --output} may be, and what it needs beside. */
public class OutputTest {
  private static final String DATASET = "--output=bigquery://my-project/circleci";
  private static final String STATE = "--state=/var/lib/circlebeam/state.json";
  private static final String TEMP = "--tempLocation=gs://my-bucket/rows";

  @Test
  public void givenADataset_thenTheLockIsBesideTheState() {
    Output output = Output.of(flags(DATASET, STATE, TEMP));
    assertEquals("bigquery://my-project/circleci", output.address());
    assertEquals("/var/lib/circlebeam/state.json.d", output.folder().address());
    assertEquals("/var/lib/circlebeam/state.json", Output.state(flags(DATASET, STATE)).address());
  }

  @Test
  public void givenAFolder_thenAllIsInIt() {
    Output output = Output.of(flags("--output=/data/out"));
    assertEquals("/data/out", output.address());
    assertEquals("/data/out", output.folder().address());
    assertEquals("/data/out/_state.json", Output.state(flags("--output=/data/out")).address());
  }

  @Test
  public void givenADatasetWithoutWhatItNeeds_thenTheFlagIsNamed() {
    assertWrong("--state is missing", DATASET, TEMP);
    assertWrong("--state is missing", DATASET, TEMP, "--state=<output>/s.json");
    assertWrong("--tempLocation is missing", DATASET, STATE);
    assertWrong("--tempLocation is missing", DATASET, STATE, "--tempLocation=/tmp");
    assertWrong("names no dataset", "--output=bigquery://my-project", STATE, TEMP);
    assertWrong("--output is missing", STATE);
  }

  private static void assertWrong(String says, String... flags) {
    UsageException wrong = assertThrows(UsageException.class, () -> Output.of(flags(flags)));
    assertThat(wrong.getMessage(), containsString(says));
  }

  private static Flags flags(String... flags) {
    return new Flags(CommandLine.parse(List.of(flags)));
  }
}
