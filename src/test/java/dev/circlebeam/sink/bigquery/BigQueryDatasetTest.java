package dev.circlebeam.sink.bigquery;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertThrows;

import java.util.Map;
import org.junit.Test;

/** How {@code --output=bigquery://…} is read. */
public class BigQueryDatasetTest {
  @Test
  public void givenAnAddress_thenProjectAndDataset() {
    assertEquals(
        new BigQueryDataset("my-project", "circle_ci"),
        BigQueryDataset.parse("bigquery://my-project/circle_ci"));
    assertEquals(
        new BigQueryDataset("example.com:my-project", "ci"),
        BigQueryDataset.parse("bigquery://example.com:my-project/ci/"));
  }

  @Test
  public void givenAnythingElse_thenItSaysWhatIsWrong() {
    Map<String, String> wrong =
        Map.of(
            "bigquery://my-project", "names no dataset",
            "bigquery://my-project/", "names no dataset",
            "bigquery:my-project.ci", "names no dataset",
            "bigquery://my-project/ci/jobs", "goes on after the dataset",
            "bigquery://My Project/ci", "'My Project' is no project id",
            "bigquery:///ci", "'' is no project id",
            "bigquery://my-project/ci-data", "'ci-data' is no dataset");
    wrong.forEach(
        (address, reason) -> {
          String message =
              assertThrows(IllegalArgumentException.class, () -> BigQueryDataset.parse(address))
                  .getMessage();
          assertThat(message, containsString(reason));
          assertThat(message, containsString("--output=" + address));
          assertThat(message, containsString("give bigquery://project/dataset"));
        });
  }
}
