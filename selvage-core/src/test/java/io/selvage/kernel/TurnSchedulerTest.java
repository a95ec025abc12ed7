package io.selvage.kernel;

import static io.selvage.Threads.awaitBlocked;
import static io.selvage.Threads.awaitCondition;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.selvage.LeakCheck;
import io.selvage.Threads;
import io.selvage.Threads.Kind;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@ExtendWith(LeakCheck.class)
class TurnSchedulerTest {
  private static final TestCause WHY = new TestCause("why");

  private interface Body {
    void run(ThreadRecord self) throws Exception;
  }

  /** A scheduler with one turn. */
  private final Scheduler one = Scheduler.parallel().limited(1);

  private final List<Thread> threads = new CopyOnWriteArrayList<>();
  private final List<Throwable> failures = Collections.synchronizedList(new ArrayList<>());
  private final List<String> log = Collections.synchronizedList(new ArrayList<>());

  /** Starts a task that takes the only turn of {@link #one}. */
  private ThreadRecord start(Kind kind, Body body) {
    return start(kind, one, body);
  }

  private ThreadRecord start(Kind kind, Scheduler scheduler, Body body) {
    AtomicReference<ThreadRecord> record = new AtomicReference<>();
    Thread thread =
        kind.unstarted(
            () -> {
              ThreadRecord self = record.get();
              self.begin();
              try {
                body.run(self);
              } catch (Throwable t) {
                failures.add(t);
              } finally {
                self.end();
              }
            });
    record.set(
        ThreadRecord.forTask(
            thread, scheduler, ThreadRecord.current().root(), "task", failure -> {}));
    scheduler.start(record.get());
    threads.add(thread);
    return record.get();
  }

  private void joinAll() throws InterruptedException {
    for (int i = 0; i < threads.size(); i++) { // a task may start another one
      Thread thread = threads.get(i);
      awaitCondition(thread + " is started", () -> thread.getState() != Thread.State.NEW);
      assertThat(thread.join(Threads.PATIENCE)).as("%s ended", thread).isTrue();
    }
  }

  @AfterEach
  void nothingFailed() {
    assertThat(failures).isEmpty();
  }

  @Test
  void aLimitBelowOneIsRefused() {
    assertThatThrownBy(() -> Scheduler.parallel().limited(0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("was 0");
    assertThatThrownBy(() -> Scheduler.parallel().limited(-1))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @ParameterizedTest
  @EnumSource
  void turnsAreGrantedFirstInFirstOut(Kind kind) throws Exception {
    CountDownLatch go = new CountDownLatch(1);
    start(kind, self -> Threads.await(go));
    for (int i = 0; i < 10; i++) {
      String name = "task " + i;
      start(kind, self -> log.add(name));
    }
    go.countDown();
    joinAll();
    assertThat(log)
        .containsExactlyElementsOf(IntStream.range(0, 10).mapToObj(i -> "task " + i).toList());
  }

  @ParameterizedTest
  @EnumSource
  void lettingOthersRunGoesRoundInOrder(Kind kind) throws Exception {
    CountDownLatch go = new CountDownLatch(1);
    start(kind, self -> Threads.await(go));
    for (String name : List.of("a", "b", "c")) {
      start(
          kind,
          self -> {
            for (int round = 0; round < 3; round++) {
              log.add(name + round);
              self.scheduler().letOthersRun(self);
            }
          });
    }
    go.countDown();
    joinAll();
    assertThat(log).containsExactly("a0", "b0", "c0", "a1", "b1", "c1", "a2", "b2", "c2");
  }

  @ParameterizedTest
  @EnumSource
  void withOneTurnNeverTwoRunAtOnce(Kind kind) throws Exception {
    neverMoreThan(kind, 1);
  }

  @ParameterizedTest
  @EnumSource
  void withThreeTurnsNeverFourRunAtOnce(Kind kind) throws Exception {
    neverMoreThan(kind, 3);
  }

  private void neverMoreThan(Kind kind, int limit) throws Exception {
    Scheduler scheduler = Scheduler.parallel().limited(limit);
    AtomicInteger running = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    Runnable section =
        () -> {
          most.accumulateAndGet(running.incrementAndGet(), Math::max);
          Thread.onSpinWait();
          running.decrementAndGet();
        };
    for (int task = 0; task < 12; task++) {
      boolean sleeps = task % 3 == 0;
      start(
          kind,
          scheduler,
          self -> {
            for (int round = 0; round < 50; round++) {
              section.run();
              if (sleeps) {
                new WaitNode(self, "test", "a test").await(System.nanoTime() + 1_000);
              } else {
                self.scheduler().letOthersRun(self);
              }
            }
          });
    }
    joinAll();
    assertThat(most.get()).isBetween(1, limit);
  }

  @ParameterizedTest
  @EnumSource
  void aWaitGivesTheTurnUpAndGetsItBackBehindTheOthers(Kind kind) throws Exception {
    AtomicReference<WaitNode> node = new AtomicReference<>();
    start(
        kind,
        self -> {
          log.add("a waits");
          node.set(new WaitNode(self, "test", "a test"));
          log.add("a got " + node.get().await(WaitNode.NEVER));
        });
    start(
        kind,
        self -> {
          awaitCondition("a waits", () -> node.get() != null);
          log.add("b resumes");
          node.get().resume("value");
          log.add("b still runs");
        });
    joinAll();
    assertThat(log).containsExactly("a waits", "b resumes", "b still runs", "a got value");
  }

  @ParameterizedTest
  @EnumSource
  void aWakeUpBeforeTheSuspendIsNotLost(Kind kind) throws Exception {
    start(
        kind,
        self -> {
          WaitNode node = new WaitNode(self, "test", "a test");
          node.resume("early");
          log.add("got " + node.await(WaitNode.NEVER));
        });
    start(kind, self -> log.add("other"));
    joinAll();
    assertThat(log).containsExactly("got early", "other");
  }

  @ParameterizedTest
  @EnumSource
  void anInterruptWhileItWaitsForTheTurnIsKept(Kind kind) throws Exception {
    AtomicReference<WaitNode> node = new AtomicReference<>();
    ThreadRecord a =
        start(
            kind,
            self -> {
              node.set(new WaitNode(self, "test", "a test"));
              log.add("got " + node.get().await(WaitNode.NEVER));
              log.add("flag " + Thread.interrupted());
            });
    start(
        kind,
        self -> {
          node.get().resume("value");
          a.thread().interrupt();
          awaitBlocked(a.thread());
          log.add("b ends");
        });
    joinAll();
    assertThat(log).containsExactly("b ends", "got value", "flag true");
  }

  @ParameterizedTest
  @EnumSource
  void anInterruptWhileItLetsOthersRunIsKept(Kind kind) throws Exception {
    AtomicReference<ThreadRecord> a = new AtomicReference<>();
    CountDownLatch both = new CountDownLatch(1);
    a.set(
        start(
            kind,
            self -> {
              Threads.await(both);
              one.letOthersRun(self);
              log.add("flag " + Thread.interrupted());
            }));
    start(
        kind,
        self -> {
          a.get().thread().interrupt();
          log.add("b ends");
        });
    both.countDown();
    joinAll();
    assertThat(log).containsExactly("b ends", "flag true");
  }

  @ParameterizedTest
  @EnumSource
  void aCancelledWaitGetsTheTurnBackBeforeItThrows(Kind kind) throws Exception {
    AtomicReference<WaitNode> node = new AtomicReference<>();
    ThreadRecord a =
        start(
            kind,
            self -> {
              node.set(new WaitNode(self, "test", "a test"));
              try {
                node.get().await(WaitNode.NEVER);
              } catch (TestCause.TestCancelled e) {
                log.add("a cancelled");
              }
            });
    start(
        kind,
        self -> {
          a.root().cancel(WHY);
          log.add("b ends");
        });
    joinAll();
    assertThat(log).containsExactly("b ends", "a cancelled");
  }

  @ParameterizedTest
  @EnumSource
  void aDeadlineThatPassesWhileAnotherRunsEndsTheWaitAfterThat(Kind kind) throws Exception {
    start(
        kind,
        self -> {
          long deadline = System.nanoTime() + 100_000;
          start(
              kind,
              other -> {
                awaitCondition("time passes", () -> System.nanoTime() - deadline > 1_000_000);
                log.add("b ends");
              });
          Object outcome = new WaitNode(self, "test", "a test").await(deadline);
          log.add("a timed out " + (outcome == WaitNode.TIMED_OUT));
        });
    joinAll();
    assertThat(log).containsExactly("b ends", "a timed out true");
  }

  /** The end of a wait whose thread is interrupted before it has the turn again. */
  private enum Ending {
    VALUE,
    TIMED_OUT,
    UNCANCELLABLE
  }

  @ParameterizedTest
  @EnumSource
  void anInterruptThatComesBetweenTheEndOfAWaitAndTheTurnIsKept(Ending ending) throws Exception {
    start(
        Kind.VIRTUAL,
        self -> {
          WaitNode node = new WaitNode(self, "test", "a test");
          if (ending != Ending.TIMED_OUT) {
            node.claim("value");
          }
          start(
              Kind.VIRTUAL,
              other -> {
                if (ending == Ending.TIMED_OUT) {
                  awaitCondition("it times out", () -> TurnScheduler.isQueued(self));
                } else {
                  node.signal();
                }
                self.thread.interrupt();
                awaitCondition("it is seen", () -> !self.thread.isInterrupted());
                log.add("b ends");
              });
          if (ending == Ending.UNCANCELLABLE) {
            node.awaitUncancellably(() -> log.add("flag true"));
          } else {
            long deadline = ending == Ending.VALUE ? WaitNode.NEVER : System.nanoTime() - 1;
            assertThat(node.await(deadline))
                .isEqualTo(ending == Ending.VALUE ? "value" : WaitNode.TIMED_OUT);
            log.add("flag " + Thread.interrupted());
          }
        });
    joinAll();
    assertThat(log).containsExactly("b ends", "flag true");
  }

  @Test
  void lettingOthersRunReturnsAtOnceIfNoThreadWaits() throws Exception {
    start(
        Kind.VIRTUAL,
        Scheduler.parallel().limited(1),
        self -> {
          self.scheduler().letOthersRun(self);
          log.add("done");
        });
    joinAll();
    assertThat(log).containsExactly("done");
  }

  @Test
  void aTurnThatIsNotNeededStaysFreeForTheNext() throws Exception {
    Scheduler two = Scheduler.parallel().limited(2);
    for (int i = 0; i < 5; i++) {
      start(Kind.VIRTUAL, two, self -> log.add("ran"));
      joinAll();
    }
    assertThat(log).hasSize(5);
    CountDownLatch together = new CountDownLatch(2);
    for (int i = 0; i < 2; i++) {
      start(
          Kind.VIRTUAL,
          two,
          self -> {
            together.countDown();
            Threads.await(together);
          });
    }
    joinAll();
  }

  @Test
  void aThreadThatCannotBeStartedDoesNotKeepTheTurn() throws Exception {
    Thread refusing =
        new Thread("refusing") {
          @Override
          public void start() {
            throw new IllegalStateException("no thread");
          }
        };
    ThreadRecord task =
        ThreadRecord.forTask(
            refusing,
            one,
            ThreadRecord.current().root(),
            "refused",
            failure -> log.add(failure.getMessage()));
    one.start(task);
    start(Kind.VIRTUAL, self -> log.add("ran"));
    joinAll();
    assertThat(log).containsExactly("no thread", "ran");
  }

  @ParameterizedTest
  @EnumSource
  void anInterruptOfOursIsNotLostOnAThreadThatWasInterruptedAndWaitsForItsTurn(Kind kind)
      throws Exception {
    CountDownLatch go = new CountDownLatch(1);
    ThreadRecord waiter =
        start(
            kind,
            self -> {
              try {
                new WaitNode(self, "test", "a test").await(WaitNode.NEVER);
              } catch (InterruptedException fromOutside) {
                log.add(fromOutside.getClass().getSimpleName());
              }
              log.add("ours " + Thread.interrupted());
            });
    awaitBlocked(waiter.thread());
    ThreadRecord holder = start(kind, self -> Threads.await(go));
    awaitBlocked(holder.thread());
    waiter.thread().interrupt();
    awaitCondition("it waits for its turn", waiter::awaitsTurn);
    awaitBlocked(waiter.thread());
    waiter.root().cancel(WHY);
    awaitCondition("ours was issued", () -> waiter.gate.toString().equals("Gate[SPENT]"));
    awaitCondition("and found", () -> !waiter.thread().isInterrupted());
    go.countDown();
    joinAll();
    assertThat(log).containsExactly("InterruptedException", "ours true");
  }
}
