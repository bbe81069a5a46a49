package dev.circlebeam;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.lessThanOrEqualTo;
import static org.junit.Assert.assertEquals;

import dev.circlebeam.catalog.Catalog;
import dev.circlebeam.circleci.ApiAccess;
import dev.circlebeam.report.Attendant;
import java.io.IOException;
import java.io.ObjectOutputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.runners.TransformHierarchy;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

/** The Beam pipeline does not grow with the catalogue. */
public class FetchStagesTest {
  @Rule public final TemporaryFolder folder = new TemporaryFolder();

  @Test
  public void givenAll_thenNoMoreFetchStagesThanTheCatalogueIsDeep() throws Exception {
    Catalog catalog = Catalog.builtIn();
    int depth = catalog.tables().stream().mapToInt(catalog::depth).max().orElseThrow();
    assertThat("jobs' children are the deepest", depth, greaterThan(3));

    List<String> stages = stages("--tables=all");

    assertThat(stages, hasItem("Fetch/Walk"));
    assertThat(stages, hasItem("ReadExports/Export"));
    assertThat(stages.toString(), stages.size(), lessThanOrEqualTo(depth));
  }

  @Test
  public void givenFewerTables_orOnesOwn_thenTheSameStages() throws Exception {
    Path catalog =
        OwnTables.write(folder.newFolder("tables").toPath(), List.of(OwnTables.LEAN_JOBS));
    List<String> all = stages("--tables=all");
    assertEquals(stages("--tables=core"), stages("--tables=projects"));
    assertEquals(all, stages("--tables=all", "--catalog=" + catalog));
  }

  /** The steps of a slice that make requests. */
  private List<String> stages(String... flags) {
    List<String> args =
        new ArrayList<>(List.of("--projects=gh/acme/web", "--output=" + folder.getRoot() + "/out"));
    args.addAll(Arrays.asList(flags));
    SyncOptions options = CommandLine.parse(args);
    SyncConfig config = SyncConfig.of(options, Instant.now(), null);
    Pipeline pipeline = Pipeline.create(options);
    SyncPipeline.build(pipeline, config, UnaryOperator.identity(), Attendant.NONE);
    List<String> stages = new ArrayList<>();
    pipeline.traverseTopologically(
        new Pipeline.PipelineVisitor.Defaults() {
          @Override
          public void visitPrimitiveTransform(TransformHierarchy.Node node) {
            if (makesRequests(node.getTransform())) {
              stages.add(node.getFullName().replaceFirst("/ParMultiDo.*", ""));
            }
          }
        });
    return stages;
  }

  private static boolean makesRequests(PTransform<?, ?> transform) {
    return transform instanceof ParDo.MultiOutput<?, ?> step && hasAccess(step.getFn());
  }

  /**
   * Nothing reaches CircleCI but by an {@link ApiAccess}, which a step takes along to its worker.
   */
  private static boolean hasAccess(DoFn<?, ?> step) {
    try (Search search = new Search()) {
      search.writeObject(step);
      return search.found;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Looks at all that is serialised. */
  private static final class Search extends ObjectOutputStream {
    private boolean found;

    Search() throws IOException {
      super(OutputStream.nullOutputStream());
      enableReplaceObject(true);
    }

    @Override
    protected Object replaceObject(Object object) {
      found |= object instanceof ApiAccess;
      return object;
    }
  }
}
