package dev.circlebeam;

import static org.junit.Assert.assertEquals;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.apache.beam.runners.direct.DirectOptions;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.junit.Test;

public class DirectEngineTest {
  @Test
  public void givenSteps_whichWaitForCircleCi_thenTheyAreCounted() {
    assertEquals(1, waiting());
    assertEquals(8, waiting("--fetchShards=8", "--requestsPerSecond=40"));
    assertEquals(2, waiting("--tables=usage"));
    assertEquals(4, waiting("--tables=usage", "--orgs=gh/other,gh/third,gh/acme"));
    assertEquals(
        5, waiting("--tables=all", "--orgs=gh/b", "--fetchShards=3", "--requestsPerSecond=40"));
  }

  @Test
  public void givenNothing_thenAThreadIsLeftBesideThoseThatWait() {
    int beams = PipelineOptionsFactory.as(DirectOptions.class).getTargetParallelism();
    assertEquals(beams, threads(1));
    assertEquals(beams, threads(beams - 1));
    assertEquals(beams + 1, threads(beams));
    assertEquals(101, threads(100));
  }

  @Test
  public void givenTheFlag_thenItStays() {
    assertEquals(1, threads(1, "--targetParallelism=1"));
    assertEquals(2, threads(7, "--targetParallelism=2"));
  }

  private static int threads(int waiting, String... args) {
    return DirectEngine.threads(
        PipelineOptionsFactory.fromArgs(args).as(DirectOptions.class), waiting);
  }

  private static int waiting(String... more) {
    List<String> args =
        new ArrayList<>(
            List.of("--projects=gh/acme/web,gh/acme/api", "--output=/data/out", "--token=env:T"));
    args.addAll(List.of(more));
    return DirectEngine.waiting(SyncConfig.of(CommandLine.parse(args), Instant.EPOCH, null));
  }
}
