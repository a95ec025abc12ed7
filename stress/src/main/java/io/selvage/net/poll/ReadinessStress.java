package io.selvage.net.poll;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.selvage.kernel.ThreadRecord;
import io.selvage.stress.Meeting;
import io.selvage.stress.Model;
import io.selvage.stress.Model.CancelledByTest;
import io.selvage.stress.SpinScheduler;
import java.io.IOException;
import java.nio.channels.Pipe;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.concurrent.atomic.AtomicInteger;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LLL_Result;
import org.openjdk.jcstress.infra.results.LL_Result;

/** The protocol of {@link Readiness}, with a key that has no selector. */
public final class ReadinessStress {
  private ReadinessStress() {}

  /** A channel that is never read: its key stands for it. */
  private static final SelectableChannel CHANNEL = channel();

  private static SelectableChannel channel() {
    try {
      return Pipe.open().source();
    } catch (IOException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  /** A source of bytes, and its key. An actor is its poller: it looks at what is asked for. */
  private static final class Source extends SelectionKey {
    final AtomicInteger bytes = new AtomicInteger();
    final AtomicInteger readers = new AtomicInteger();
    final Readiness readiness = new Readiness(CHANNEL, this);
    private final AtomicInteger interest = new AtomicInteger();

    Source(int readers) {
      this.readers.set(readers);
    }

    /** Takes a byte as {@code record}, or waits for one. Returns what that ends with. */
    String read(ThreadRecord record) {
      record.begin();
      try {
        while (!take()) {
          readiness.awaitInput("test", this);
        }
        return "read";
      } catch (CancelledByTest e) {
        return "cancelled";
      } catch (InterruptedException e) {
        return "interrupted";
      } catch (IOException e) {
        return "failed";
      } catch (SpinScheduler.Stuck e) {
        return "stuck";
      } finally {
        readers.decrementAndGet();
      }
    }

    private boolean take() {
      int now = bytes.get();
      while (now > 0) {
        if (bytes.compareAndSet(now, now - 1)) {
          return true;
        }
        now = bytes.get();
      }
      return false;
    }

    /** Is the poller until all readers have ended. */
    void poll() {
      var unused =
          Meeting.spinUntil(
              () -> {
                if (interest.get() != 0 && bytes.get() > 0) {
                  readiness.happened(this);
                }
                return readers.get() == 0;
              });
    }

    @Override
    public SelectableChannel channel() {
      return CHANNEL;
    }

    @Override
    public Selector selector() {
      throw new UnsupportedOperationException();
    }

    @Override
    public boolean isValid() {
      return true;
    }

    @Override
    public void cancel() {}

    @Override
    public int interestOps() {
      return interest.get();
    }

    @Override
    public SelectionKey interestOps(int ops) {
      interest.set(ops);
      return this;
    }

    @Override
    public int interestOpsOr(int ops) {
      return interest.getAndUpdate(old -> old | ops);
    }

    @Override
    public int interestOpsAnd(int ops) {
      return interest.getAndUpdate(old -> old & ops);
    }

    @Override
    public int readyOps() {
      return interest.get();
    }
  }

  /** A byte comes while a thread begins to wait: the thread is not missed. */
  @JCStressTest
  @Outcome(id = "read, 0", expect = ACCEPTABLE, desc = "It has got the byte.")
  @Outcome(expect = FORBIDDEN, desc = "It was missed.")
  @State
  public static class AwaitOrHappened {
    private final Source source = new Source(1);
    private final ThreadRecord record = Model.record();

    @Actor
    public void reader(LL_Result r) {
      r.r1 = source.read(record);
    }

    @Actor
    public void poller() {
      source.bytes.incrementAndGet();
      source.poll();
    }

    @Arbiter
    public void left(LL_Result r) {
      r.r2 = source.readiness.waitingForInput();
    }
  }

  /** Two threads wait for two bytes; a look may serve one of them while the other one arrives. */
  @JCStressTest
  @Outcome(id = "read, read, 0", expect = ACCEPTABLE, desc = "Both have got a byte.")
  @Outcome(expect = FORBIDDEN, desc = "One was missed.")
  @State
  public static class TwoReaders {
    private final Source source = new Source(2);
    private final ThreadRecord first = Model.record();
    private final ThreadRecord second = Model.record();

    @Actor
    public void first(LLL_Result r) {
      r.r1 = source.read(first);
    }

    @Actor
    public void second(LLL_Result r) {
      r.r2 = source.read(second);
    }

    @Actor
    public void poller() {
      source.bytes.incrementAndGet();
      var unused = Meeting.spinUntil(() -> source.readers.get() < 2 || look());
      source.bytes.incrementAndGet();
      source.poll();
    }

    private boolean look() {
      if (source.interestOps() != 0 && source.bytes.get() > 0) {
        source.readiness.happened(source);
      }
      return false;
    }

    @Arbiter
    public void left(LLL_Result r) {
      r.r3 = source.readiness.waitingForInput();
    }
  }

  /** A byte against a cancel: it is read or left, and the thread leaves the queue. */
  @JCStressTest
  @Outcome(id = "read, 0/0", expect = ACCEPTABLE, desc = "The byte came first.")
  @Outcome(id = "cancelled, 1/0", expect = ACCEPTABLE, desc = "The cancel came first.")
  @Outcome(expect = FORBIDDEN, desc = "The byte is lost, or the thread was missed.")
  @State
  public static class CancelOrHappened {
    private final Source source = new Source(1);
    private final ThreadRecord record = Model.record();

    @Actor
    public void reader(LL_Result r) {
      r.r1 = source.read(record);
    }

    @Actor
    public void poller() {
      source.bytes.incrementAndGet();
      source.poll();
    }

    @Actor
    public void canceller() {
      record.root().cancel(Model.CAUSE);
    }

    @Arbiter
    public void left(LL_Result r) {
      r.r2 = source.bytes.get() + "/" + source.readiness.waitingForInput();
    }
  }

  /** A close against a wait that begins: the thread returns, and none is left in the queue. */
  @JCStressTest
  @Outcome(id = "returned, 0", expect = ACCEPTABLE, desc = "The close has ended the wait.")
  @Outcome(expect = FORBIDDEN, desc = "The thread was missed.")
  @State
  public static class CloseOrAwait {
    private final Source source = new Source(1);
    private final ThreadRecord record = Model.record();

    @Actor
    public void reader(LL_Result r) {
      record.begin();
      try {
        source.readiness.awaitInput("test", this);
        r.r1 = "returned";
      } catch (IOException | InterruptedException e) {
        r.r1 = e;
      } catch (SpinScheduler.Stuck e) {
        r.r1 = "stuck";
      }
    }

    @Actor
    public void closer() {
      source.readiness.close();
    }

    @Arbiter
    public void left(LL_Result r) {
      r.r2 = source.readiness.waitingForInput();
    }
  }
}
