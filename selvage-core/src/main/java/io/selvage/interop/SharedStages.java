package io.selvage.interop;

import java.lang.ref.Reference;
import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.jspecify.annotations.Nullable;

/**
 * The stages that several threads may wait for and that have not ended. Each has one callback for
 * all its waiters.
 */
final class SharedStages {
  /*
   * Protocol. A callback cannot be removed from a stage. So the first wait registers one and publishes it here. Later waits for the same stage, by
   * identity, use that callback. Withdrawn waits leave nothing in it (Completion).
   *
   *   absent ──a wait: stage.whenComplete, then put──▶ present ──the stage ends, or is collected──▶ absent
   *
   * The callback is registered with the stage before it is published, so no thread depends on another thread's call of foreign code (code that is not
   * part of the library). Threads that come first at the same time register one callback each; one of these is used from then on.
   *
   * The end of the stage removes the entry before the waiters are woken. The thread that has put the entry checks after that whether the stage has
   * ended. So one of the two removes the entry.
   *
   * The stage is referenced weakly, and its callback has no reference to it. So a stage that never ends and that no other code references is garbage
   * collected, and its entry is removed by the next wait for any stage. No lock is held while foreign code runs, because keys are compared by
   * identity.
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

  /** {@return the callback that is called at the end of this stage} */
  @SuppressWarnings("unchecked") // it was created for exactly this stage
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
