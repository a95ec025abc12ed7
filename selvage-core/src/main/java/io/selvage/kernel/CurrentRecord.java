package io.selvage.kernel;

import io.selvage.kernel.support.Handover;
import java.lang.ref.WeakReference;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Finds the record of the calling thread. */
public final class CurrentRecord {
  /*
   * For a thread that is a task, a service or part of a simulation, CURRENT holds the record itself: begin sets it and end removes it. Such a thread
   * needs its record until it ends.
   *
   * Any other thread was not started by the library and may live for ever, so no object of a library class may stay reachable from it. It holds a
   * WeakReference, which is a class of the JDK, as is the thread-local. Its record is kept reachable by its users: the stack frames of the operation
   * or the scope that the thread is in, the regions of a scope that other threads could cancel, the node of its wait. Without
   * any of these nothing is lost if the garbage collector removes the record: its gate is at the root region, which is never cancelled, and the next
   * operation creates a new record. The interrupt flag belongs to the thread itself and stays.
   *
   * Check with: AdoptedRecordTest, ClassLoaderTest.
   */
  private static final ThreadLocal<@Nullable Object> CURRENT = new ThreadLocal<>();

  private CurrentRecord() {}

  static @Nullable ThreadRecord known() {
    return recordIn(CURRENT.get());
  }

  private static @Nullable ThreadRecord recordIn(@Nullable Object kept) {
    if (kept instanceof ThreadRecord own) {
      return own;
    }
    return kept instanceof WeakReference<?> adopted ? (ThreadRecord) adopted.get() : null;
  }

  /** {@return what is carried into things that the calling thread makes, or null} */
  public static @Nullable Handover handover() {
    ThreadRecord record = known();
    return record == null ? null : record.handover();
  }

  static ThreadRecord get() {
    ThreadRecord record = recordIn(CURRENT.get());
    return record != null ? record : adopt();
  }

  /** If this fails, everything that it has allocated can be garbage collected. */
  private static ThreadRecord adopt() {
    ThreadRecord record = ThreadRecord.ofForeignThread();
    CURRENT.set(RealMachine.INSTANCE.adopted(record));
    return record;
  }

  static void set(ThreadRecord own) {
    CURRENT.set(own);
  }

  static void remove() {
    CURRENT.remove();
  }

  /** Runs {@code look} as if the calling thread were part of {@code machine}, which it is not. */
  public static <T> T lookingAt(Machine machine, Supplier<T> look) {
    Object own = CURRENT.get();
    CURRENT.set(ThreadRecord.forThread(Thread.currentThread(), machine.parallel(), failure -> {}));
    try {
      return look.get();
    } finally {
      if (own == null) {
        CURRENT.remove();
      } else {
        CURRENT.set(own);
      }
    }
  }
}
