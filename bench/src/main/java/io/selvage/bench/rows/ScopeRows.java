package io.selvage.bench.rows;

import io.selvage.CancelScope;
import io.selvage.bench.harness.Growth;
import io.selvage.bench.harness.Row;
import io.selvage.bench.kotlin.Coroutines;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import kotlin.Unit;
import kotlin.coroutines.Continuation;
import kotlinx.coroutines.CoroutineScopeKt;

/** Scopes that are entered and left; nothing is cancelled. */
final class ScopeRows {
  private static final int SCOPES_IN_A_BATCH = 2000;

  private ScopeRows() {}

  static List<Row> all() {
    return Stream.concat(
            Stream.of(nested(Row.timed("scopes", "scope", "a scope is entered and left"), 1)),
            IntStream.of(1, 10, 100, 1000)
                .mapToObj(
                    depth ->
                        nested(
                                Row.timed(
                                    "scopes",
                                    "deep-" + depth,
                                    "one of " + depth + " scopes that are nested"),
                                depth)
                            .in(new Growth("scopes deep", "scopes within each other", depth))))
        .toList();
  }

  private static Row nested(Row row, int depth) {
    int times = SCOPES_IN_A_BATCH / depth;
    return row.with(
            Peers.SELVAGE,
            () ->
                () -> {
                  for (int i = 0; i < times; i++) {
                    Checks.same(depth, selvage(depth));
                  }
                  return times * depth;
                })
        .with(
            Peers.KOTLIN,
            () ->
                () -> {
                  Coroutines.repeat(times, done -> kotlin(depth, done));
                  return times * depth;
                })
        .with(
            Peers.SCOPE,
            () ->
                () -> {
                  for (int i = 0; i < times; i++) {
                    Checks.same(depth, jdk(depth));
                  }
                  return times * depth;
                })
        .with(
            Peers.JOX,
            () -> {
              JoxScope scope = jox(depth);
              return () -> {
                for (int i = 0; i < times; i++) {
                  Checks.same(depth, (Integer) scope.run());
                }
                return times * depth;
              };
            });
  }

  private static int selvage(int depth) throws InterruptedException {
    return depth == 0
        ? 0
        : CancelScope.create()
                .<Integer, InterruptedException>call(() -> selvage(depth - 1))
                .orElse(0)
            + 1;
  }

  private static Object kotlin(int depth, Continuation<Object> done) {
    return depth == 0
        ? Unit.INSTANCE
        : CoroutineScopeKt.<Object>coroutineScope(
            (scope, end) -> kotlin(depth - 1, Coroutines.asObject(end)), done);
  }

  private static int jdk(int depth) throws InterruptedException {
    if (depth == 0) {
      return 0;
    }
    try (JdkScope scope = JdkScope.open()) {
      int inner = jdk(depth - 1);
      Object unused = scope.join();
      return inner + 1;
    }
  }

  /** Its bodies run in forks. */
  private static JoxScope jox(int depth) {
    if (depth == 1) {
      return JoxScope.of(opened -> 1);
    }
    JoxScope inner = jox(depth - 1);
    return JoxScope.of(opened -> (Integer) inner.run() + 1);
  }
}
