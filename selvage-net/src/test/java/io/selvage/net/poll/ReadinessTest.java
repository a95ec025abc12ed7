package io.selvage.net.poll;

import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.selvage.CancelScope;
import io.selvage.ClosedResourceException;
import io.selvage.Loop;
import io.selvage.Selvage;
import io.selvage.TaskGroup;
import io.selvage.kernel.ThreadRecord;
import io.selvage.select.Select;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Pipe;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Waits for what a channel is ready for. */
@Timeout(30)
class ReadinessTest {
  private Pipe pipe;
  private Readiness readable;

  @BeforeEach
  void open() throws Exception {
    pipe = Pipe.open();
    pipe.source().configureBlocking(false);
    readable = new Readiness(pipe.source());
  }

  @AfterEach
  void close() throws Exception {
    readable.close();
    pipe.source().close();
    readable.release();
    pipe.sink().close();
  }

  private void write(int count) throws IOException {
    pipe.sink().write(ByteBuffer.allocate(count));
  }

  /** Takes one byte, as a careful user of a readiness does. */
  private void takeOne() throws IOException, InterruptedException {
    while (pipe.source().read(ByteBuffer.allocate(1)) == 0) {
      readable.awaitInput("take", this);
    }
  }

  @Test
  void aByteEndsTheWaitBeforeItAndWithinIt() throws Exception {
    write(1);
    takeOne();
    TaskGroup.run(
        group -> {
          var taken = group.launch(this::takeOne);
          untilWaiting(1);
          write(1);
          taken.join();
        });
  }

  @Test
  void aWakeBetweenTheTryAndTheWaitIsNotLost() throws Exception {
    int looks = readable.inputLooks();
    readable.wakeInput();
    readable.awaitInput(looks, "take", this);
    assertThat(readable.inputLooks()).isEqualTo(looks + 1);
  }

  /** Waits until so many tasks of this test wait in the queue for input. */
  private void untilWaiting(int count) throws InterruptedException {
    while (readable.waitingForInput() < count) {
      Selvage.checkpoint();
    }
  }

  @Test
  void eachOfManyWaitingThreadsGetsItsByte() throws Exception {
    for (int round = 0; round < 50; round++) {
      TaskGroup.run(
          group -> {
            for (int i = 0; i < 8; i++) {
              group.launch(this::takeOne);
            }
            untilWaiting(8);
            for (int i = 0; i < 8; i++) {
              write(1); // one look for each, or fewer
              Selvage.checkpoint();
            }
          });
    }
  }

  @Test
  void aWaitThatWasCancelledLeavesNothingAndCostsOneLook() throws Exception {
    for (int i = 0; i < 20; i++) {
      assertThat(CancelScope.moveOnAfter(ofMillis(1)).run(this::takeOne)).isFalse();
      assertThat(readable.waitingForInput()).isZero();
    }
    write(1);
    takeOne();
    assertThat(CancelScope.moveOnAfter(ofMillis(1)).run(this::takeOne)).isFalse();
  }

  @Test
  void itWorksInALoopAndInAGroupWithALimitAndOnAPlatformThread() throws Exception {
    AtomicInteger others = new AtomicInteger();
    new Loop()
        .run(
            () ->
                TaskGroup.run(
                    group -> {
                      group.launch(this::takeOne);
                      group.launch(
                          () -> {
                            others.incrementAndGet(); // runs although the other task waits
                            write(1);
                          });
                    }));
    assertThat(others).hasValue(1);
    Thread platform =
        Thread.ofPlatform()
            .start(
                () -> {
                  try {
                    takeOne();
                    others.incrementAndGet();
                  } catch (IOException | InterruptedException e) {
                    throw new AssertionError(e);
                  }
                });
    untilWaiting(1);
    write(1);
    platform.join();
    assertThat(others).hasValue(2);
  }

  @Test
  void anInterruptFromOutsideEndsTheWaitAndLeavesTheChannelOpen() throws Exception {
    Thread thread = Thread.currentThread();
    TaskGroup.run(
        group -> {
          group.launch(
              () -> {
                untilWaiting(1);
                thread.interrupt();
              });
          assertThatThrownBy(this::takeOne).isExactlyInstanceOf(InterruptedException.class);
        });
    assertThat(pipe.source().isOpen()).isTrue();
    assertThat(Thread.currentThread().isInterrupted()).isFalse();
  }

  @Test
  void aCloseEndsAllWaitsAndLaterOnes() throws Exception {
    TaskGroup.run(
        group -> {
          for (int i = 0; i < 3; i++) {
            group.launch(() -> readable.awaitInput("test", this));
          }
          untilWaiting(3);
          readable.close();
        });
    readable.awaitInput("test", this);
    readable.awaitOutput("test", this);
    pipe.source().close();
    readable.release();
    readable.awaitInput("test", this);
  }

  @Test
  void aChannelThatWasClosedByItsOwnerEndsLaterWaits() throws Exception {
    assertThat(CancelScope.moveOnAfter(ofMillis(1)).run(() -> readable.awaitInput("test", this)))
        .isFalse();
    pipe.source().close();
    readable.awaitInput("test", this);
    assertThatThrownBy(() -> Select.first(readable.onInput("readable")))
        .isInstanceOf(ClosedResourceException.class);
  }

  @Test
  void aWritableConnectionThatNobodyWaitsForIsNotLookedAtAgain() throws Exception {
    try (ServerSocketChannel listener = ServerSocketChannel.open();
        Selector selector = Selector.open()) {
      listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
      SocketChannel connection = SocketChannel.open(listener.getLocalAddress());
      try (SocketChannel accepted = listener.accept()) {
        connection.configureBlocking(false);
        Readiness readiness = new Readiness(connection);
        SelectionKey key = connection.register(selector, 0);
        key.interestOpsOr(SelectionKey.OP_WRITE | SelectionKey.OP_CONNECT);
        selector.select(readiness::happened);
        assertThat(key.interestOps()).isZero(); // OP_CONNECT would keep the selector busy
      }
    }
  }

  @Test
  void aLookServesOneThreadAndAsksAgainForTheOthers() throws Exception {
    try (Selector selector = Selector.open()) {
      SelectionKey key = pipe.source().register(selector, 0);
      write(1);
      TaskGroup.run(
          group -> {
            Readiness slow = new Readiness(pipe.source(), key); // no other poller knows of it
            var first = group.launch(() -> slow.awaitInput("first", this));
            while (slow.waitingForInput() < 1) {
              Selvage.checkpoint();
            }
            var second = group.launch(() -> slow.awaitInput("second", this));
            while (slow.waitingForInput() < 2) {
              Selvage.checkpoint();
            }
            selector.select(slow::happened);
            first.join();
            assertThat(second.isDone()).isFalse();
            assertThat(key.interestOps()).isEqualTo(SelectionKey.OP_READ);
            selector.select(slow::happened);
            second.join();
            assertThat(key.interestOps()).isZero();
          });
    }
  }

  @Test
  void aClauseIsReadyOnceTheChannelIs() throws Exception {
    TaskGroup.run(
        group -> {
          group.launch(
              () -> {
                untilWaiting(1);
                write(1);
              });
          assertThat(
                  Select.<String, RuntimeException>first(
                      readable.onInput("readable").call(() -> "readable"),
                      Select.after(ofSeconds(20)).call(() -> "late")))
              .isEqualTo("readable");
        });
    takeOne();
    assertThat(
            Select.<String, RuntimeException>first(
                readable.onInput("readable").call(() -> "readable"),
                Select.after(ofMillis(5)).call(() -> "late")))
        .isEqualTo("late");
    assertThat(readable.waitingForInput()).isZero();
    assertThat(ThreadRecord.current().waiting()).isNull();
  }

  @Test
  void aClauseThatWasMadeBeforeALookForAnotherThreadIsNotForgotten() throws Exception {
    TaskGroup.run(
        group -> {
          var other = group.launch(this::takeOne);
          untilWaiting(1);
          var clause = readable.onInput("readable");
          write(1);
          other.join(); // the look has served that thread, and no thread asks any more
          group.launch(
              () -> {
                write(1);
              });
          var unused = Select.first(clause);
          takeOne();
        });
  }
}
