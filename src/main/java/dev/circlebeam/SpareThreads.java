package dev.circlebeam;

import static org.apache.beam.sdk.values.TypeDescriptors.integers;

import com.google.common.collect.ContiguousSet;
import dev.circlebeam.report.Attendant;
import dev.circlebeam.report.RunFailure;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.CountDownLatch;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.transforms.Create;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.GroupByKey;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.WithKeys;
import org.apache.beam.sdk.values.KV;

/**
 * Keeps threads of Beam's runner for one machine out of use until a slice is fetched. Till then
 * there is nothing that they could do; and in a thread that has nothing to do, that runner looks
 * for work, again and again, for as long as another one is at work. It would take a whole processor
 * for hours (docs/decisions.md).
 */
final class SpareThreads implements Attendant {
  private static final long serialVersionUID = 1L;
  private static final ConcurrentMap<String, CountDownLatch> FETCHED = new ConcurrentHashMap<>();

  private final String slice;

  /**
   * @param config the slice; all that are made for it are the same
   */
  SpareThreads(SyncConfig config) {
    this.slice = config.runId() + " " + config.fetch().slice();
  }

  /**
   * Adds a step to a pipeline that holds threads. Whoever runs it frees them when it has ended.
   *
   * @param pipeline of the slice
   * @param threads how many
   */
  void hold(Pipeline pipeline, int threads) {
    if (threads < 1) {
      return;
    }
    FETCHED.computeIfAbsent(slice, name -> new CountDownLatch(1));
    pipeline
        .apply("SpareThreads", Create.of(ContiguousSet.closed(1, threads)))
        .apply("Each", WithKeys.<Integer, Integer>of(thread -> thread).withKeyType(integers()))
        // What is grouped is, for this runner, a bundle for each key, and so a thread.
        .apply("OneByOne", GroupByKey.create())
        .apply("HoldThread", ParDo.of(new HoldFn(slice)));
  }

  /** Frees them, however the pipeline ended. */
  void free() {
    hasRead();
    FETCHED.remove(slice);
  }

  @Override
  public void hasRead() {
    CountDownLatch fetched = FETCHED.get(slice);
    if (fetched != null) {
      fetched.countDown();
    }
  }

  @Override
  public AtWork atWork() {
    return Attendant.NONE.atWork();
  }

  @Override
  public void failed(RunFailure failure) {}

  private static final class HoldFn extends DoFn<KV<Integer, Iterable<Integer>>, Void> {
    private static final long serialVersionUID = 1L;

    private final String slice;

    HoldFn(String slice) {
      this.slice = slice;
    }

    @ProcessElement
    public void process() throws InterruptedException {
      CountDownLatch fetched = FETCHED.get(slice);
      if (fetched != null) {
        fetched.await();
      }
    }
  }
}
