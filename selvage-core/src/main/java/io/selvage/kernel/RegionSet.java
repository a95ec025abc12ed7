package io.selvage.kernel;

import io.selvage.kernel.support.FieldHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * The stays of threads in one scope. Any thread may read; a thread adds and removes only its own
 * regions. Adding and removing take constant time and allocate nothing.
 */
public final class RegionSet {
  /*
   * Protocol.
   *
   *   only   null ──add──▶ r ──remove──▶ null, by CAS. Usually only one thread at a time is inside; then the list is not used.
   *   head   the other regions, a doubly linked list through the regions. It is changed under this object's monitor, which no foreign code can hold
   *          and which is held for a few writes, or while a cancel marks regions.
   *
   * Publish, then read: a thread that enters adds its region, then reads the scope's cause. A thread that cancels writes the cause, then reads the
   * fields only and head and, if there is a head, the list under the monitor. All of these are volatile. So a region that is entered while its scope
   * is cancelled is marked by one of the two threads, or by both: Region.cause decides by CAS.
   *
   * A cancel links the regions that it has marked into its own walk (Region.next) before it releases the monitor. Later changes of the list do not
   * affect the walk, and a region that leaves keeps no link to others. The walk has no effect on a region that has been left meanwhile, because its
   * thread is not in it any more (see Gate and WaitNode).
   *
   * isEmpty is exact for a thread that has removed its region before: of several threads that leave, the last one that calls isEmpty gets true.
   *
   * A region is in the set at most once: in the field only, or linked (Region.isLinked), or not at all. Removing it a second time does nothing.
   *
   * Check with: RegionSetTest, RegionSetStress.
   */
  private static final VarHandle ONLY =
      FieldHandle.of(MethodHandles.lookup(), "only", Region.class);

  private volatile @Nullable Region only;
  private volatile @Nullable Region head; // written under the monitor

  /** Adds a region that is in no set. */
  public void add(Region region) {
    if (!ONLY.compareAndSet(this, null, region)) {
      link(region);
    }
  }

  private synchronized void link(Region region) {
    Region first = head;
    region.isLinked = true;
    region.nextSibling = first;
    if (first != null) {
      first.previousStay = region;
    }
    head = region;
  }

  /** Removes a region, if it is in this set. */
  public void remove(Region region) {
    if (only != region || !ONLY.compareAndSet(this, region, null)) {
      unlink(region);
    }
  }

  private synchronized void unlink(Region region) {
    if (!region.isLinked) {
      return;
    }
    Region before = region.previousStay;
    Region after = region.nextSibling;
    region.isLinked = false;
    region.previousStay = null;
    region.nextSibling = null;
    if (after != null) {
      after.previousStay = before;
    }
    if (before == null) {
      head = after;
    } else {
      before.nextSibling = after;
    }
  }

  /** {@return whether no thread is inside} */
  public boolean isEmpty() {
    return only == null && head == null;
  }

  /**
   * {@return whether the calling thread is inside of this set's scope}
   *
   * @param self the calling thread
   * @param scope the scope of the regions in this set
   */
  public boolean contains(ThreadRecord self, Object scope) {
    if (isEmpty()) {
      return false;
    }
    for (Region region = self.region(); region != null; region = region.parent) {
      if (region.record != self) {
        return false;
      }
      if (region.scope() == scope) {
        return true;
      }
    }
    return false;
  }

  /** Cancels all regions, and everything below them. Allocates nothing. */
  public void cancelAll(CancelCause why) {
    Region marked = null;
    Region alone = only;
    if (alone != null && alone.becomeCancelled(why)) {
      marked = alone;
    }
    if (head != null) {
      marked = markLinked(why, marked);
    }
    if (marked != null) {
      Region.walk(marked, why);
    }
  }

  /**
   * Marks the regions of the list that were not cancelled before, and puts them in front of a walk.
   * Returns the first region of the walk.
   */
  private synchronized @Nullable Region markLinked(CancelCause why, @Nullable Region walk) {
    Region first = walk;
    for (Region region = head; region != null; region = region.nextSibling) {
      if (region.becomeCancelled(why)) {
        region.putBefore(first);
        first = region;
      }
    }
    return first;
  }

  /** {@return how many regions are in this set; for tests} */
  synchronized int size() {
    int count = only == null ? 0 : 1;
    for (Region region = head; region != null; region = region.nextSibling) {
      count++;
    }
    return count;
  }
}
