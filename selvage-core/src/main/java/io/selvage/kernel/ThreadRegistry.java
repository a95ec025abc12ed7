package io.selvage.kernel;

import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** The threads of the JDK that are no tasks, as far as the library knows them. */
final class ThreadRegistry {
  /*
   * services   from their start to their end.
   * adopted    weakly, as nobody tells when such a thread ends, or has done with the library: who uses a record keeps it
   *            (see ThreadRecord). The thread-local holds the same reference, so it is one of the JDK's own class.
   *
   * What stands for a record that is gone, or whose thread has ended, is taken out by those who come later: each adoption looks at two entries, by a
   * hand that goes round, and adds one. So what is kept is bounded by the threads that live, about twice, shrinks again
   * after a burst, and no adopter pays for all. That is several times cheaper than a reference queue, and threads that
   * come and go quickly leave before the collector has seen them.
   *
   * Each ring is guarded by its monitor, which never leaves this class; nobody waits or calls foreign code there.
   */
  private static final int RINGS = 16; // a power of two

  private final Set<ThreadRecord> services = ConcurrentHashMap.newKeySet();
  private final Ring[] rings = new Ring[RINGS];

  ThreadRegistry() {
    for (int i = 0; i < RINGS; i++) {
      rings[i] = new Ring();
    }
  }

  /** Stands for an adopted thread, or is the head of a ring. */
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

  /** {@return what the thread is to keep of the record} */
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
