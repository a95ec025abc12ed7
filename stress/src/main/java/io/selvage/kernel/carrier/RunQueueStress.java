package io.selvage.kernel.carrier;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.jspecify.annotations.Nullable;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.IIII_Result;
import org.openjdk.jcstress.infra.results.III_Result;

/** The protocol of {@link RunQueue}. */
public final class RunQueueStress {
  private RunQueueStress() {}

  private static final class Element implements Runnable {
    final int number;

    Element(int number) {
      this.number = number;
    }

    @Override
    public void run() {}
  }

  private static int number(@Nullable Runnable taken) {
    return taken == null ? 0 : ((Element) taken).number;
  }

  /** The owner adds two elements, two other threads take one each. */
  @JCStressTest
  @Outcome(
      id = {"0, 0, 1, 2", "1, 0, 2, 0", "0, 1, 2, 0", "1, 2, 0, 0", "2, 1, 0, 0"},
      expect = ACCEPTABLE,
      desc = "Each element was taken once, in order.")
  @Outcome(expect = FORBIDDEN, desc = "An element was lost, doubled or overtaken.")
  @State
  public static class AddOrTake {
    private final RunQueue queue = new RunQueue();

    @Actor
    public void owner() {
      var unused = queue.offer(new Element(1));
      unused = queue.offer(new Element(2));
    }

    @Actor
    public void first(IIII_Result r) {
      r.r1 = number(queue.take());
    }

    @Actor
    public void second(IIII_Result r) {
      r.r2 = number(queue.take());
    }

    @Arbiter
    public void rest(IIII_Result r) {
      r.r3 = number(queue.take());
      r.r4 = number(queue.take());
    }
  }

  /** The queue is full; the owner adds as soon as there is room, while another thread takes. */
  @JCStressTest
  @Outcome(
      id = {"1, 0, 256", "1, 1, 257"},
      expect = ACCEPTABLE,
      desc = "The new element is the last one, if it was added.")
  @Outcome(expect = FORBIDDEN, desc = "An element was lost or overwritten.")
  @State
  public static class AddToFullOrTake {
    private final RunQueue queue = new RunQueue();

    public AddToFullOrTake() {
      for (int i = 1; i <= RunQueue.CAPACITY; i++) {
        var unused = queue.offer(new Element(i));
      }
    }

    @Actor
    public void owner(III_Result r) {
      r.r2 = queue.offer(new Element(RunQueue.CAPACITY + 1)) ? 1 : 0;
    }

    @Actor
    public void taker(III_Result r) {
      r.r1 = number(queue.take());
    }

    @Arbiter
    public void last(III_Result r) {
      int expected = 1;
      int last = 0;
      for (Runnable next = queue.take(); next != null; next = queue.take()) {
        expected++;
        last = number(next) == expected ? expected : -1000;
      }
      r.r3 = last;
    }
  }
}
