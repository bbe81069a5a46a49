package dev.circlebeam.sample;

import com.google.common.collect.ImmutableList;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.checkerframework.checker.nullness.qual.Nullable;

/** Decides which requests suffer a fault, and counts what its rules need counted. */
final class FaultInjector {
  private final ImmutableList<Counted> rules;

  /** Applies these faults. */
  FaultInjector(SampleFaults faults) {
    this.rules = faults.rules().stream().map(Counted::new).collect(ImmutableList.toImmutableList());
  }

  /** The answer that the request gets, be it the right one or not. */
  Reply apply(ApiRequest request, FaultKind.Answer answer) {
    FaultKind kind = kindFor(request);
    return kind == null ? answer.to(request) : kind.apply(request, answer);
  }

  private @Nullable FaultKind kindFor(ApiRequest request) {
    for (Counted rule : rules) {
      if (rule.strikes(request)) {
        return rule.rule.kind();
      }
    }
    return null;
  }

  /** A rule with its counters. */
  private static final class Counted {
    private final FaultRule rule;
    private final AtomicInteger requests = new AtomicInteger();
    private final ConcurrentMap<String, AtomicInteger> byUrl = new ConcurrentHashMap<>();

    private Counted(FaultRule rule) {
      this.rule = rule;
    }

    private boolean strikes(ApiRequest request) {
      boolean isMeant =
          rule.path().matcher(request.path()).find() || rule.path().matcher(request.url()).find();
      if (!rule.kind().concerns(request) || !isMeant) {
        return false;
      }
      if (rule.every() > 0) {
        return requests.incrementAndGet() % rule.every() == 0;
      }
      return rule.times() == 0
          || byUrl.computeIfAbsent(request.url(), url -> new AtomicInteger()).incrementAndGet()
              <= rule.times();
    }
  }
}
