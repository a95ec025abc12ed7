package io.selvage;

import static io.selvage.Threads.awaitBlocked;
import static io.selvage.Threads.awaitCondition;
import static io.selvage.Threads.blockInForeignCode;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.selvage.Threads.Kind;
import io.selvage.Threads.Running;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Calls on a pool of threads, cancelled. */
@ExtendWith(LeakCheck.class)
class ThreadPoolCancelTest {
  private final List<Object> log = Collections.synchronizedList(new ArrayList<>());

  // ---- cancellation

  @Test
  void cancellingInterruptsTheCallAndWaitsForIt() throws Exception {
    CancelScope scope = CancelScope.create();
    AtomicReference<Thread> worker = new AtomicReference<>();
    Running<Boolean> caller =
        Kind.VIRTUAL.start(
            () ->
                scope.run(
                    () ->
                        Selvage.runBlocking(
                            () -> {
                              worker.set(Thread.currentThread());
                              try {
                                blockInForeignCode();
                              } finally {
                                log.add("cleaned up");
                              }
                            })));
    awaitCondition("the call runs", () -> worker.get() != null);
    awaitBlocked(worker.get());
    scope.cancel("enough");
    assertThat(caller.get()).isFalse();
    assertThat(log).containsExactly("cleaned up");
  }

  @Test
  void anInterruptOfTheCallerInterruptsTheCallAndIsThrown() throws Exception {
    AtomicReference<Thread> worker = new AtomicReference<>();
    Running<Void> caller =
        Kind.PLATFORM.run(
            () ->
                Selvage.runBlocking(
                    () -> {
                      worker.set(Thread.currentThread());
                      blockInForeignCode();
                    }));
    awaitCondition("the call runs", () -> worker.get() != null);
    awaitBlocked(worker.get());
    caller.thread().interrupt();
    assertThat(caller.failure())
        .isInstanceOf(InterruptedException.class)
        .isNotInstanceOf(CancelledException.class);
  }

  @Test
  void aResultThatIsReturnedAllTheSameIsNotLost() throws Exception {
    CancelScope scope = CancelScope.create();
    CountDownLatch running = new CountDownLatch(1);
    Running<Object> caller =
        Kind.VIRTUAL.start(
            () -> {
              List<Object> seen = new ArrayList<>();
              scope.run(
                  () -> {
                    seen.add(
                        Selvage.<String, RuntimeException>callBlocking(() -> stubborn(running)));
                    Selvage.checkpoint();
                    seen.add("never");
                  });
              return seen;
            });
    running.await();
    scope.cancel("enough");
    assertThat(caller.get()).isEqualTo(List.of("done all the same"));
  }

  @Test
  void afterAResultThatCameThoughCancelledNoInterruptLeavesTheScope() throws Exception {
    CancelScope scope = CancelScope.create();
    List<Object> seen = new ArrayList<>();
    boolean completed =
        scope.run(
            () -> {
              seen.add(
                  Selvage.callBlocking(
                      () -> {
                        scope.cancel("meant");
                        awaitCondition("it is interrupted", Thread::interrupted);
                        return "result";
                      }));
              Selvage.checkpoint();
            });
    assertThat(completed).isFalse();
    assertThat(seen).containsExactly("result");
    assertThat(Thread.interrupted()).isFalse();
  }

  @Test
  void aResultIsNotLostToAnInterruptEither() throws Exception {
    CountDownLatch running = new CountDownLatch(1);
    Running<String> caller =
        Kind.VIRTUAL.start(() -> Selvage.callBlocking(() -> stubborn(running)));
    running.await();
    caller.thread().interrupt();
    assertThat(caller.flagLeft()).as("the next operation reports it").isTrue();
    assertThat(caller.get()).isEqualTo("done all the same");
  }

  private static String stubborn(CountDownLatch running) {
    running.countDown();
    try {
      blockInForeignCode();
      return "undisturbed";
    } catch (InterruptedException e) {
      return "done all the same";
    }
  }

  @Test
  void whatACallThrowsInsteadWhenItIsCancelledIsNotLost() throws Exception {
    CancelScope scope = CancelScope.create();
    CountDownLatch running = new CountDownLatch(1);
    Running<Boolean> caller =
        Kind.VIRTUAL.start(
            () ->
                scope.run(
                    () ->
                        Selvage.runBlocking(
                            () -> {
                              try {
                                running.countDown();
                                blockInForeignCode();
                              } catch (InterruptedException e) {
                                throw new IOException("disk", e);
                              } finally {
                                failCleaningUp();
                              }
                            })));
    running.await();
    scope.cancel("enough");
    assertThat(caller.failure()).isInstanceOf(IllegalStateException.class).hasMessage("clean-up");
  }

  private static void failCleaningUp() {
    throw new IllegalStateException("clean-up");
  }

  @Test
  void aCallThatWaitsForRoomAndIsCancelledNeverBeginsAndKeepsNothing() throws Exception {
    ThreadPool pool = new ThreadPool(1);
    CountDownLatch running = new CountDownLatch(1);
    CountDownLatch go = new CountDownLatch(1);
    Running<Void> first =
        Kind.VIRTUAL.run(
            () ->
                pool.run(
                    () -> {
                      running.countDown();
                      go.await();
                    }));
    running.await();
    CancelScope scope = CancelScope.create();
    Running<Boolean> second =
        Kind.VIRTUAL.start(() -> scope.run(() -> pool.call(() -> log.add("never"))));
    awaitCondition("it waits", () -> pool.toString().equals("ThreadPool[0 free, 1 waiting]"));
    scope.cancel("enough");
    assertThat(second.get()).isFalse();
    go.countDown();
    first.get();
    assertThat(log).isEmpty();
    assertThat(pool).hasToString("ThreadPool[1 free, 0 waiting]");
  }

  @Test
  void aCallThatHasACancelOfItsOwnIsNotInterrupted() throws Exception {
    CancelScope scope = CancelScope.create();
    CountDownLatch running = new CountDownLatch(1);
    CountDownLatch statementCancelled = new CountDownLatch(1);
    Running<Boolean> caller =
        Kind.VIRTUAL.start(
            () ->
                scope.run(
                    () ->
                        Selvage.callBlocking(
                            () ->
                                Selvage.callCancellable(
                                    () -> {
                                      running.countDown();
                                      statementCancelled.await();
                                      log.add(Thread.currentThread().isInterrupted());
                                      throw new IOException("statement was cancelled");
                                    },
                                    statementCancelled::countDown))));
    running.await();
    scope.cancel("enough");
    assertThat(caller.get()).isFalse();
    assertThat(log).containsExactly(false);
  }

  @Test
  void whenTheLoopCrashesACallIsInterruptedAndWaitedFor() {
    Loop loop = new Loop();
    CountDownLatch running = new CountDownLatch(1);
    IOException crash = new IOException("crash");
    IllegalStateException inCleanUp = new IllegalStateException("from cancelled");
    assertThatThrownBy(
            () ->
                loop.call(
                    () -> {
                      loop.launch(
                          "call", () -> Selvage.runBlocking(() -> failWhen(running, inCleanUp)));
                      Selvage.runBlocking(() -> running.await());
                      throw crash;
                    }))
        .isSameAs(crash);
    assertThat(inCleanUp.getSuppressed()[0]).isInstanceOf(InterruptedException.class);
    assertThat(crash.getSuppressed()).contains(inCleanUp);
  }

  private static void failWhen(CountDownLatch running, IllegalStateException thrown) {
    try {
      running.countDown();
      blockInForeignCode();
    } catch (InterruptedException e) {
      thrown.addSuppressed(e); // as a cause it would make this a shape of the cancellation
      throw thrown;
    }
  }

  @Test
  void aCallThatLooksAtNoInterruptIsWaitedFor() throws Exception {
    CancelScope scope = CancelScope.create();
    AtomicReference<Thread> worker = new AtomicReference<>();
    CountDownLatch go = new CountDownLatch(1);
    Running<Boolean> caller =
        Kind.VIRTUAL.start(
            () ->
                scope.run(
                    () ->
                        Selvage.runBlocking(
                            () -> {
                              worker.set(Thread.currentThread());
                              Threads.await(go); // whatever happens
                              log.add("its own end");
                            })));
    awaitCondition("the call runs", () -> worker.get() != null);
    scope.cancel("enough");
    log.add("cancelled");
    go.countDown();
    caller.get();
    assertThat(log).containsExactly("cancelled", "its own end");
  }

  @Test
  void eachFailureOfCallsThatFailAtOnceIsReported() {
    CountDownLatch all = new CountDownLatch(10);
    Throwable thrown =
        catchThrowable(
            () ->
                TaskGroup.run(
                    g -> {
                      for (int i = 0; i < 10; i++) {
                        int number = i;
                        g.launch(() -> Selvage.runBlocking(() -> failWithAll(all, number)));
                      }
                    }));
    assertThat(((TaskFailedException) thrown).failures())
        .hasSize(10)
        .doesNotHaveDuplicates()
        .allSatisfy(failure -> assertThat(failure).isInstanceOf(IllegalStateException.class));
  }

  private static void failWithAll(CountDownLatch all, int number) {
    all.countDown();
    Threads.await(all); // whatever happens: each has failed before it can be cancelled
    throw new IllegalStateException("failure " + number);
  }
}
