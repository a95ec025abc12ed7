package io.selvage.kernel;

import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** The threads that the library knows and that are no tasks. */
final class ThreadRegistry {
  /*
   * services   the threads of services, from their start to their end.
   * adopted    the other threads that have called the library. They are held weakly, because the library is not notified when such a thread ends or
   *            stops using the library; the users of a record keep it reachable (see ThreadRecord). The thread-local holds the same reference, so its
   *            class must be one of the JDK.
   *
   * The entry of a record that was collected, or of a thread that has ended, is removed by later adoptions: each adoption checks two entries, at a
   * position (hand) that goes round the ring, and adds one. So the number of entries is bounded by about twice the number of live threads, and
   * shrinks again after a burst. No single adoption pays for all entries. This is several times cheaper than a reference queue, and the entries of
   * short-lived threads are removed before the garbage collector has seen their records.
   *
   * Each ring is guarded by its monitor, which never leaves this class; no thread waits or calls foreign code while it holds the monitor.
   */
  private static final int RINGS = 16; // a power of two

  private final Set<ThreadRecord> services = ConcurrentHashMap.newKeySet();
  private final Ring[] rings = new Ring[RINGS];

  ThreadRegistry() {
    for (int i = 0; i < RINGS; i++) {
      rings[i] = new Ring();
    }
  }

  /** The entry of an adopted thread, or the head of a ring. */
  private static final class Entry {
    private final WeakReference<ThreadRecord> record;
    private Entry previous = this;
    private Entry next = this;

    Entry(@Nullable ThreadRecord record) {
      this.record = new WeakReference<>(record);
    }

    @Nullable ThreadRecord record() {
      return record.get();
    }

    boolean isGone() {
      ThreadRecord there = record();
      return there == null || !there.thread.isAlive();
    }
  }

  private static final class Ring {
    private final Entry head = new Entry(null);
    private Entry hand = head;
    private int size;

    synchronized void add(Entry entry) {
      entry.previous = head.previous;
      entry.next = head;
      head.previous.next = entry;
      head.previous = entry;
      size++;
      look();
      look();
    }

    private void look() {
      Entry entry = hand;
      hand = entry.next;
      if (entry != head && entry.isGone()) {
        entry.previous.next = entry.next;
        entry.next.previous = entry.previous;
        size--;
      }
    }

    synchronized void addInUse(List<ThreadRecord> roots) {
      hand = head.next;
      while (hand != head) {
        ThreadRecord record = hand.record();
        if (record != null && record.isInUse() && record.thread.isAlive()) {
          roots.add(record);
        }
        look();
      }
    }

    synchronized int size() {
      return size;
    }
  }

  void addService(ThreadRecord service) {
    services.add(service);
  }

  void removeService(ThreadRecord service) {
    services.remove(service);
  }

  /** {@return the reference to the record that the thread must keep} */
  WeakReference<ThreadRecord> adopt(ThreadRecord foreign) {
    Entry entry = new Entry(foreign);
    rings[(int) foreign.thread.threadId() & RINGS - 1].add(entry);
    return entry.record;
  }

  /**
   * {@return the services, and those adopted threads that are alive and use the library now; the
   * oldest first}
   */
  List<ThreadRecord> list() {
    List<ThreadRecord> roots = new ArrayList<>(services);
    for (Ring ring : rings) {
      ring.addInUse(roots);
    }
    roots.sort(Comparator.comparingLong(root -> root.thread.threadId()));
    return roots;
  }

  /** {@return how many adopted threads are remembered; for tests} */
  int adopted() {
    int adopted = 0;
    for (Ring ring : rings) {
      adopted += ring.size();
    }
    return adopted;
  }
}
