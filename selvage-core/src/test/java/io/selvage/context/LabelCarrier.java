package io.selvage.context;

import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Carries a thread-local, and counts the contexts that are captured, and those that are set. */
final class LabelCarrier implements ContextCarrier {
  static final ThreadLocal<@Nullable String> LABEL = new ThreadLocal<>();

  final AtomicInteger captured = new AtomicInteger();
  final AtomicInteger inside = new AtomicInteger();

  @Override
  public CapturedContext capture() {
    captured.incrementAndGet();
    String label = LABEL.get();
    return body -> {
      String before = LABEL.get();
      LABEL.set(label);
      inside.incrementAndGet();
      try {
        body.run();
      } finally {
        inside.decrementAndGet();
        LABEL.set(before);
      }
    };
  }

  @Override
  public String toString() {
    return "labels";
  }
}
