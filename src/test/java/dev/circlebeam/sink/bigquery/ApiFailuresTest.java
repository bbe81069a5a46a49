package dev.circlebeam.sink.bigquery;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertNull;

import com.google.api.client.googleapis.testing.json.GoogleJsonResponseExceptionFactoryTesting;
import com.google.api.client.json.gson.GsonFactory;
import dev.circlebeam.report.RunFailure;
import java.io.IOException;
import org.junit.Test;

/** What becomes of what Beam's own load step throws. */
public class ApiFailuresTest {
  @Test
  public void givenARefusedLoadJob_thenThePermissionIsNamed() throws Exception {
    RunFailure failure = BigQuerySink.explain(beams(answer(403)));
    assertEquals("invalid_permissions", failure.status());
    assertThat(failure.whatToDo(), containsString("bigquery.jobs.create"));
  }

  @Test
  public void givenCredentialsThatAreNotAccepted_thenItSaysSo() throws Exception {
    assertEquals("invalid_credentials", BigQuerySink.explain(beams(answer(401))).status());
  }

  @Test
  public void givenALoadJobThatFailed_thenItsErrorIsShown() {
    RunFailure failure =
        BigQuerySink.explain(
            beams(
                new RuntimeException(
                    "Failed to create job with prefix beam_x, reached max retries: 3, last failed"
                        + " job: {}.")));
    assertEquals("bigquery_error", failure.status());
    assertThat(failure.getMessage(), containsString("beam_x"));
  }

  @Test
  public void givenAnythingElse_thenItIsNotExplainedAway() {
    assertNull(BigQuerySink.explain(beams(new IllegalStateException("ours"))));
  }

  private static IOException answer(int status) throws IOException {
    return GoogleJsonResponseExceptionFactoryTesting.newMock(
        GsonFactory.getDefaultInstance(), status, "because");
  }

  private static RuntimeException beams(Exception cause) {
    return new RuntimeException(new RuntimeException(cause));
  }
}
