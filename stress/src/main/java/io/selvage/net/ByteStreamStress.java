package io.selvage.net;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.selvage.ClosedResourceException;
import io.selvage.kernel.ThreadRecord;
import io.selvage.stress.Model;
import io.selvage.stress.SpinScheduler;
import io.selvage.sync.Event;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LLL_Result;
import org.openjdk.jcstress.infra.results.LL_Result;

/** The protocol of {@link AbstractByteStream}. */
public final class ByteStreamStress {
  private ByteStreamStress() {}

  /** Some bytes arrive at once, and no more. What is sent has room for {@code room} bytes. */
  private static final class Small extends AbstractByteStream {
    private final Event released = new Event();
    private final String arrives;
    private final int room;
    private boolean arrived; // the thread that receives
    private int sent; // the thread that sends

    Small(String arrives, int room) {
      this.arrives = arrives;
      this.room = room;
    }

    void closeQuietly() {
      try {
        close();
      } catch (IOException e) {
        throw new AssertionError(e);
      }
    }

    void closeOutputQuietly() {
      try {
        closeOutput();
      } catch (IOException | InterruptedException e) {
        throw new AssertionError(e);
      }
    }

    @Override
    protected int tryReceive(ByteBuffer into) {
      if (arrived) {
        return 0;
      }
      arrived = true;
      into.put(arrives.getBytes(US_ASCII));
      return arrives.length();
    }

    @Override
    protected void awaitReceivable() throws InterruptedException {
      released.await();
    }

    @Override
    protected void sendNext(ByteBuffer[] from, int first) throws IOException, InterruptedException {
      if (sent == room) {
        released.await();
        throw new IOException("no room any more");
      }
      from[first].get();
      sent++;
    }

    @Override
    protected void endOutput() {
      released.set();
    }

    @Override
    protected void release() {
      released.set();
    }

    @Override
    public String toString() {
      return "small";
    }
  }

  private static String receive(ByteStream stream, ThreadRecord record) {
    record.begin();
    try {
      return new String(stream.receiveSome(1), US_ASCII);
    } catch (ClosedResourceException e) {
      return "closed";
    } catch (IllegalStateException e) {
      return "refused";
    } catch (IOException | InterruptedException e) {
      return e.toString();
    } catch (SpinScheduler.Stuck e) {
      return "stuck";
    }
  }

  private static String send(ByteStream stream, ThreadRecord record, String text) {
    record.begin();
    try {
      stream.sendAll(text.getBytes(US_ASCII));
      return "sent";
    } catch (ClosedResourceException e) {
      return "closed";
    } catch (IllegalStateException e) {
      return "refused";
    } catch (IOException | InterruptedException e) {
      return e.toString();
    } catch (SpinScheduler.Stuck e) {
      return "stuck";
    }
  }

  /** Two threads receive: one after the other, or one is refused. */
  @JCStressTest
  @Outcome(
      id = {"a, b", "b, a"},
      expect = ACCEPTABLE,
      desc = "One after the other.")
  @Outcome(
      id = {"a, refused", "refused, a"},
      expect = ACCEPTABLE,
      desc = "Both at once.")
  @Outcome(expect = FORBIDDEN, desc = "A byte is doubled, or both were refused.")
  @State
  public static class TwoReceivers {
    private final Small stream = new Small("ab", 0);
    private final ThreadRecord first = Model.record();
    private final ThreadRecord second = Model.record();

    @Actor
    public void first(LL_Result r) {
      r.r1 = receive(stream, first);
    }

    @Actor
    public void second(LL_Result r) {
      r.r2 = receive(stream, second);
    }
  }

  /** A close against a receive that leaves a byte: no memory is kept, and no thread is missed. */
  @JCStressTest
  @Outcome(id = "a, 0", expect = ACCEPTABLE, desc = "Received before the close.")
  @Outcome(id = "closed, 0", expect = ACCEPTABLE, desc = "Closed before.")
  @Outcome(expect = FORBIDDEN, desc = "Missed, taken for a second thread, or memory is kept.")
  @State
  public static class CloseOrReceive {
    private final Small stream = new Small("ab", 0);
    private final ThreadRecord record = Model.record();

    @Actor
    public void receiver(LL_Result r) {
      r.r1 = receive(stream, record);
    }

    @Actor
    public void closer() {
      stream.closeQuietly();
    }

    @Arbiter
    public void kept(LL_Result r) {
      r.r2 = stream.keptBytes();
    }
  }

  /** A close against a receive that waits. */
  @JCStressTest
  @Outcome(id = "a, closed, 0", expect = ACCEPTABLE, desc = "The second receive was woken.")
  @Outcome(id = "closed, closed, 0", expect = ACCEPTABLE, desc = "Closed before both.")
  @Outcome(expect = FORBIDDEN, desc = "Missed.")
  @State
  public static class CloseOrWait {
    private final Small stream = new Small("a", 0);
    private final ThreadRecord record = Model.record();

    @Actor
    public void receiver(LLL_Result r) {
      r.r1 = receive(stream, record);
      r.r2 = receive(stream, record);
    }

    @Actor
    public void closer() {
      stream.closeQuietly();
    }

    @Arbiter
    public void kept(LLL_Result r) {
      r.r3 = stream.keptBytes();
    }
  }

  /** The output is closed while a send waits for room: its part is told once. */
  @JCStressTest
  @Outcome(id = "closed, 1", expect = ACCEPTABLE, desc = "After a part.")
  @Outcome(id = "closed, 0", expect = ACCEPTABLE, desc = "Before the first byte.")
  @Outcome(expect = FORBIDDEN, desc = "Missed, or the part is not told.")
  @State
  public static class CloseOutputOrSend {
    private final Small stream = new Small("", 1);
    private final ThreadRecord record = Model.record();

    @Actor
    public void sender(LL_Result r) {
      r.r1 = send(stream, record, "xy");
    }

    @Actor
    public void closer() {
      stream.closeOutputQuietly();
    }

    @Arbiter
    public void told(LL_Result r) {
      r.r2 = stream.resumeSending();
    }
  }

  /** Two threads ask for the part of a send that was cut short: one of them is told. */
  @JCStressTest
  @Outcome(
      id = {"0, 1, 0", "1, 0, 0"},
      expect = ACCEPTABLE,
      desc = "One of them is told.")
  @Outcome(id = "0, 0, 1", expect = ACCEPTABLE, desc = "Both have asked before.")
  @Outcome(expect = FORBIDDEN, desc = "Told twice, or to nobody.")
  @State
  public static class TwoResume {
    private final Small stream = new Small("", 1);
    private final ThreadRecord record = Model.record();

    @Actor
    public void sender() {
      stream.endOutput(); // the send fails after its first byte
      var unused = send(stream, record, "xy");
    }

    @Actor
    public void first(LLL_Result r) {
      r.r1 = stream.resumeSending();
    }

    @Actor
    public void second(LLL_Result r) {
      r.r2 = stream.resumeSending();
    }

    @Arbiter
    public void left(LLL_Result r) {
      r.r3 = stream.resumeSending();
    }
  }
}
