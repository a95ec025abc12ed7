package io.selvage.interop;

import java.lang.ref.Reference;
import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.jspecify.annotations.Nullable;

/**
 * The stages that somebody has waited for together with others, and that have not ended: each has
 * one callback for all its waiters.
 */
final class SharedStages {
  /*
   * Protocol. A callback cannot be taken back from a stage. So the first wait leaves one there and shows it here; later
   * waits for the same stage, by identity, use that one. Waits that are withdrawn leave nothing in it (Completion).
   *
   *   absent ──a wait: stage.whenComplete, then put──▶ present ──the stage ends, or is collected──▶ absent
   *
   * A stage has its callback before the callback is shown, so nobody depends on another thread's call of foreign code. Of
   * threads that come first at the same time each leaves one callback; one of these is used from then on.
   *
   * The end of the stage takes the entry out before the waiters are woken; who puts it looks behind that whether the stage
   * has ended, so one of the two takes it out.
   *
   * The stage is known weakly and its callback does not know it: a stage that never ends and that nobody else knows is
   * collected, and its entry is taken out by the next wait for any stage. No lock is held while foreign code runs, as
   * keys are compared by identity.
   */
  private static final ConcurrentMap<Key, Arrival.Callback<?>> CALLBACKS =
      new ConcurrentHashMap<>();
  private static final ReferenceQueue<Object> COLLECTED = new ReferenceQueue<>();

  private SharedStages() {}

  /** A stage, by identity. */
  private static final class Key extends WeakReference<Object> {
    private final int hash;

    Key(Object stage, @Nullable ReferenceQueue<Object> queue) {
      super(stage, queue);
      hash = System.identityHashCode(stage);
    }

    @Override
    public int hashCode() {
      return hash;
    }

    @Override
    public boolean equals(@Nullable Object other) {
      return this == other || (other instanceof Key key && isOfSameStage(key));
    }

    private boolean isOfSameStage(Key other) {
      Object stage = get();
      return stage != null && stage == other.get();
    }
  }

  /** The callback of one stage. */
  private static final class Shared<T extends @Nullable Object> extends Arrival.Callback<T> {
    private final Key key;

    Shared(Key key) {
      this.key = key;
    }

    @Override
    public void accept(T value, @Nullable Throwable thrown) {
      try {
        CALLBACKS.remove(key, this);
      } finally {
        super.accept(value, thrown);
      }
    }
  }

  /** {@return the callback that tells of the end of this stage} */
  @SuppressWarnings("unchecked") // the one that was made for this very stage
  static <T extends @Nullable Object> Arrival.Callback<T> callbackOf(
      CompletionStage<? extends T> stage) {
    takeOutCollected();
    Key key = new Key(stage, COLLECTED);
    Arrival.Callback<?> known = CALLBACKS.get(key);
    if (known != null) {
      key.clear();
      return (Arrival.Callback<T>) known;
    }
    Shared<T> made = new Shared<>(key);
    var unused = stage.whenComplete(made);
    if (!made.isDone()) {
      var other = CALLBACKS.putIfAbsent(key, made);
      if (other == null && made.isDone()) {
        CALLBACKS.remove(key, made);
      }
    }
    return made;
  }

  private static void takeOutCollected() {
    for (Reference<?> key = COLLECTED.poll(); key != null; key = COLLECTED.poll()) {
      CALLBACKS.remove(key);
    }
  }

  /** {@return how many stages are known; for tests} */
  static int size() {
    takeOutCollected();
    return CALLBACKS.size();
  }
}
