package io.selvage.test.net;

import io.selvage.kernel.WaitNode;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/** What is on its way to one end of a connection. Guarded by the lock of the network. */
final class Inbox {

  /** Bytes that were sent at once, or the end if there are none. */
  static final class Segment {
    final byte[] bytes;
    int offset;
    long arrival; // NEVER while it is lost

    private Segment(byte[] bytes, long arrival) {
      this.bytes = bytes;
      this.arrival = arrival;
    }

    boolean isEnd() {
      return bytes.length == 0;
    }

    int size() {
      return bytes.length - offset;
    }
  }

  private final Deque<Segment> segments = new ArrayDeque<>();
  private int held; // bytes that were sent and not taken out; also those that nobody will take out
  private long lastArrival = Long.MIN_VALUE;

  /** Adds bytes, or the end, which arrive after what was added before. */
  void add(byte[] bytes, long arrival) {
    lastArrival = Math.max(arrival, lastArrival);
    segments.add(new Segment(bytes, lastArrival));
    held += bytes.length;
  }

  /** Counts bytes that were sent to an end that takes nothing any more. */
  void lose(int bytes) {
    held += bytes;
  }

  @Nullable Segment head() {
    return segments.peek();
  }

  /** {@return when the next segment arrives, or {@link WaitNode#NEVER}} */
  long nextArrival() {
    Segment head = segments.peek();
    return head == null ? WaitNode.NEVER : head.arrival;
  }

  /** {@return when everything that was sent has arrived} */
  long lastArrival() {
    return lastArrival;
  }

  /** Takes bytes out of the first segment. */
  void take(Segment head, int count) {
    head.offset += count;
    held -= count;
    if (head.size() == 0) {
      segments.remove();
    }
  }

  /** What was lost is sent again. */
  void sendAgain(Link link, long now) {
    lastArrival = Long.MIN_VALUE;
    for (Segment each : segments) {
      if (each.arrival == WaitNode.NEVER) {
        each.arrival = link.arrival(now, each.size());
      }
      lastArrival = Math.max(lastArrival, each.arrival);
      each.arrival = lastArrival;
    }
  }

  /** The end that owns it was closed: it takes nothing any more, but its host knows that. */
  void close() {
    segments.clear();
    held = 0;
  }

  /** The end that owns it is gone. What was sent to it has not been confirmed, and never is. */
  void abandon() {
    segments.clear();
  }

  int held() {
    return held;
  }

  boolean isSingle() {
    return segments.size() == 1;
  }

  /** {@return how many bytes have arrived} */
  int arrived(long now) {
    int count = 0;
    for (Segment each : segments) {
      if (each.arrival <= now) {
        count += each.size();
      }
    }
    return count;
  }
}
