package dev.circlebeam;

import dev.circlebeam.record.StoredTables;
import dev.circlebeam.report.MergeFigures;
import dev.circlebeam.sink.TableSink;
import java.io.IOException;
import java.io.Serializable;
import org.apache.beam.sdk.coders.SerializableCoder;
import org.apache.beam.sdk.coders.StringUtf8Coder;
import org.apache.beam.sdk.transforms.Create;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.Wait;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollectionTuple;

/** A sink between whose last file and the commit somebody does something to the disk. */
final class MeddledSink extends TableSink {
  private static final long serialVersionUID = 1L;

  /** What is done. */
  interface Meddling extends Serializable {
    /** Does it. */
    void run() throws IOException;
  }

  private final TableSink sink;
  private final Meddling meddling;

  /**
   * @param sink writes what is written
   * @param meddling is done when all of it is
   */
  MeddledSink(TableSink sink, Meddling meddling) {
    this.sink = sink;
    this.meddling = meddling;
  }

  @Override
  public StoredTables stored() {
    return sink.stored();
  }

  @Override
  public PCollection<MergeFigures> expand(PCollectionTuple input) {
    PCollection<MergeFigures> merged = input.apply("MergeAll", sink);
    PCollection<String> done =
        input
            .getPipeline()
            .apply("Somebody", Create.of("somebody"))
            .apply("AfterAll", Wait.on(merged))
            .apply("Meddles", ParDo.of(new MeddleFn(meddling)))
            .setCoder(StringUtf8Coder.of());
    return merged
        .apply("OnlyThen", Wait.on(done))
        .setCoder(SerializableCoder.of(MergeFigures.class));
  }

  private static final class MeddleFn extends DoFn<String, String> {
    private static final long serialVersionUID = 1L;

    private final Meddling meddling;

    MeddleFn(Meddling meddling) {
      this.meddling = meddling;
    }

    @ProcessElement
    public void process(@Element String somebody, OutputReceiver<String> out) throws IOException {
      meddling.run();
      out.output(somebody);
    }
  }
}
