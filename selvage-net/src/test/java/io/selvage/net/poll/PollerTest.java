package io.selvage.net.poll;

import static org.assertj.core.api.Assertions.assertThat;

import io.selvage.function.ThrowingConsumer;
import io.selvage.kernel.Exhaustion;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Pipe;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.spi.SelectorProvider;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The thread that selects: when it is woken, what it survives, and when it ends. */
@Timeout(30)
class PollerTest {

  /** A selector without channels. Each select takes what the test has put into {@code script}. */
  private static class ScriptedSelector extends Selector {
    final Semaphore begun = new Semaphore(0);
    final Semaphore returns = new Semaphore(0);
    final AtomicInteger wakeups = new AtomicInteger();
    final List<Long> timeouts = new ArrayList<>(); // written by the poller, read after it has ended
    volatile Throwable failure;
    volatile boolean closed;

    @Override
    public int select(Consumer<SelectionKey> action, long timeout) throws IOException {
      timeouts.add(timeout);
      begun.release();
      awaitReturn(timeout);
      if (failure instanceof IOException e) {
        throw e;
      }
      if (failure instanceof Error e) {
        throw e;
      }
      return 0;
    }

    private void awaitReturn(long timeout) {
      try {
        if (timeout == 0) {
          returns.acquire();
        } else {
          var unused = returns.tryAcquire(timeout, TimeUnit.MILLISECONDS);
        }
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
    }

    @Override
    public Selector wakeup() {
      wakeups.incrementAndGet();
      returns.release();
      return this;
    }

    @Override
    public boolean isOpen() {
      return !closed;
    }

    @Override
    public void close() {
      closed = true;
    }

    @Override
    public SelectorProvider provider() {
      throw new UnsupportedOperationException();
    }

    @Override
    public Set<SelectionKey> keys() {
      throw new UnsupportedOperationException();
    }

    @Override
    public Set<SelectionKey> selectedKeys() {
      throw new UnsupportedOperationException();
    }

    @Override
    public int selectNow() {
      throw new UnsupportedOperationException();
    }

    @Override
    public int select(long timeout) {
      throw new UnsupportedOperationException();
    }

    @Override
    public int select() {
      throw new UnsupportedOperationException();
    }
  }

  private final ScriptedSelector selector = new ScriptedSelector();
  private final List<Throwable> reported = new CopyOnWriteArrayList<>();

  private Thread start(Poller poller) {
    return Thread.ofPlatform().daemon().start(poller);
  }

  @Test
  void itIsWokenOnceWhileItSelectsAndNotAtAllWhileItIsAwake() throws Exception {
    Poller poller = new Poller(selector, 0, reported::add);
    poller.lookAgain();
    assertThat(selector.wakeups).hasValue(0); // it has not begun
    Thread thread = start(poller);
    selector.begun.acquire();
    poller.lookAgain();
    assertThat(selector.wakeups).hasValue(1);
    thread.join();
    assertThat(selector.closed).isTrue();
    poller.lookAgain();
    assertThat(selector.wakeups).hasValue(1); // it has ended
  }

  @Test
  void threadsThatAskWhileAWakeUpIsUnderWayDoNotWakeItAgain() throws Exception {
    ScriptedSelector slow =
        new ScriptedSelector() {
          @Override
          public Selector wakeup() {
            wakeups.incrementAndGet(); // takes long: the select goes on
            return this;
          }
        };
    Poller poller = new Poller(slow, 0, reported::add);
    Thread thread = start(poller);
    slow.begun.acquire();
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      threads.add(Thread.ofVirtual().start(poller::lookAgain));
    }
    for (Thread asking : threads) {
      asking.join();
    }
    assertThat(slow.wakeups).hasValue(1);
    slow.returns.release();
    thread.join();
  }

  @Test
  void itSurvivesASelectThatFailsAndReportsARowOfFailuresOnce() throws Exception {
    selector.failure = new IOException("no descriptors");
    Thread thread = start(new Poller(selector, 0, reported::add));
    selector.begun.acquire();
    selector.returns.release();
    thread.join();
    assertThat(selector.closed).isTrue();
    assertThat(reported).containsExactly(selector.failure);

    reported.clear();
    ScriptedSelector other = new ScriptedSelector();
    other.failure = new IOException("no descriptors");
    Thread survivor = start(new Poller(other, TimeUnit.DAYS.toMillis(1), reported::add));
    for (int i = 0; i < 5; i++) {
      other.begun.acquire();
      other.returns.release();
    }
    other.begun.acquire();
    assertThat(survivor.isAlive()).isTrue();
    assertThat(reported).hasSize(1);
    other.failure = null;
    other.returns.release(); // one that succeeds ends the row
    other.begun.acquire();
    other.failure = new IOException("again");
    other.returns.release();
    other.begun.acquire();
    assertThat(reported).hasSize(2);
    other.failure = null;
    other.returns.release();
    other.begun.acquire();
    other.failure = new OutOfMemoryError("for this test"); // is never reported
    other.returns.release();
    other.begun.acquire();
    assertThat(reported).hasSize(2);
    assertThat(survivor.isAlive()).isTrue();
  }

  @Test
  void anInterruptDoesNotKeepItBusy() throws Exception {
    List<Boolean> flags = new ArrayList<>();
    CountDownLatch interrupted = new CountDownLatch(1);
    ScriptedSelector watching =
        new ScriptedSelector() {
          @Override
          public int select(Consumer<SelectionKey> action, long timeout) throws IOException {
            flags.add(Thread.currentThread().isInterrupted());
            if (flags.size() == 1) {
              Thread.currentThread().interrupt();
              interrupted.countDown();
              return 0;
            }
            return super.select(action, timeout);
          }
        };
    Thread thread = start(new Poller(watching, 0, reported::add));
    interrupted.await();
    watching.returns.release();
    thread.join();
    assertThat(flags).containsOnly(false);
  }

  @Test
  void itSelectsForAsLongAsItMayBeIdle() throws Exception {
    Poller poller = new Poller(selector, 1, reported::add);
    Thread thread = start(poller);
    thread.join();
    assertThat(selector.timeouts).isNotEmpty().containsOnly(1L);
  }

  @Test
  void theOneOfTheProgramEndsWhenNoChannelIsLeftAndComesBack() throws Exception {
    useAChannel(Readiness::release);
    // A release that finds no memory at first counts the channel out in the end.
    AtomicInteger tries = new AtomicInteger(4);
    useAChannel(
        readiness ->
            ThreadWithoutMemory.run(
                "heap: Readiness.release",
                tries,
                () -> Exhaustion.insist(() -> readiness.releaseAndAwait("test", "a channel"))));
    assertThat(tries).hasValue(0);
    Poller first = Poller.current();
    assertThat(first).isNotNull();
    while (!first.hasEnded()) { // 5 s after the last channel of this and of earlier tests
      Thread.sleep(10);
    }
    useAChannel(Readiness::release);
    assertThat(Poller.current()).isNotNull().isNotSameAs(first);
  }

  private static void useAChannel(ThrowingConsumer<Readiness, Exception> release) throws Exception {
    Pipe pipe = Pipe.open();
    try (Pipe.SourceChannel source = pipe.source();
        Pipe.SinkChannel sink = pipe.sink()) {
      source.configureBlocking(false);
      Readiness readiness = new Readiness(source);
      sink.write(ByteBuffer.allocate(1));
      readiness.awaitInput("test", "a byte");
      readiness.close();
      source.close();
      release.accept(readiness);
    }
  }
}
