package io.selvage;

import static io.selvage.Bodies.failWith;
import static io.selvage.Bodies.sleepThenCleanUp;
import static io.selvage.Bodies.sleepUntilCancelled;
import static io.selvage.Threads.awaitCondition;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.selvage.Threads.Kind;
import io.selvage.Threads.Running;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What becomes of failures and cancellations in a loop. */
@ExtendWith(LeakCheck.class)
class LoopFailureTest {
  private final Loop loop = new Loop();
  private final List<Object> log = Collections.synchronizedList(new ArrayList<>());

  // ---- failure

  @Test
  void theExceptionOfTheMainBodyLeavesAsItIs() {
    IOException failure = new IOException("disk");
    assertThatThrownBy(() -> loop.call(() -> failWith(failure))).isSameAs(failure);
    assertThat(failure.getSuppressed()).singleElement().asString().contains("loop 'loop' was run");
    assertThat(failure.getSuppressed()[0].getStackTrace())
        .anyMatch(frame -> frame.getClassName().equals(LoopFailureTest.class.getName()));
  }

  @Test
  void aTaskThatFailsCancelsAllOthersAndItsExceptionIsTheCause() {
    IOException failure = new IOException("disk");
    assertThatThrownBy(
            () ->
                loop.run(
                    () -> {
                      loop.launch("sibling", () -> sleepAndLog("sibling"));
                      loop.fork("bad", () -> failWith(failure));
                      sleepAndLog("main");
                    }))
        .isInstanceOf(TaskFailedException.class)
        .hasMessageContaining("loop/bad")
        .cause()
        .isSameAs(failure);
    assertThat(log).containsExactlyInAnyOrder("sibling cancelled", "main cancelled");
  }

  private void sleepAndLog(String name) throws InterruptedException {
    sleepUntilCancelled(e -> log.add(name + " cancelled"));
  }

  @Test
  void aLateFailureInTheBackgroundIsThrownAlthoughTheMainBodyHasAResult() {
    IOException failure = new IOException("late");
    assertThatThrownBy(
            () ->
                loop.<Integer, RuntimeException>call(
                    () -> {
                      loop.fork(
                          "late",
                          () -> {
                            Selvage.checkpoint();
                            throw failure;
                          });
                      return 1;
                    }))
        .isInstanceOf(TaskFailedException.class)
        .cause()
        .isSameAs(failure);
  }

  @Test
  void whatOthersThrowWhileTheyAreCancelledIsSuppressedOnTheOriginal() {
    IOException failure = new IOException("main");
    IOException other = new IOException("clean-up");
    assertThatThrownBy(
            () ->
                loop.call(
                    () -> {
                      loop.launch("other", () -> sleepThenCleanUp(() -> failWith(other)));
                      Selvage.checkpoint();
                      throw failure;
                    }))
        .isSameAs(failure);
    assertThat(failure.getSuppressed()).contains(other);
  }

  @Test
  void aTaskThatHasNotBegunWhenTheLoopCrashesNeverDoes() {
    assertThatThrownBy(
            () ->
                loop.call(
                    () -> {
                      loop.fork("never", () -> log.add("never"));
                      throw new IOException("crash");
                    }))
        .isInstanceOf(IOException.class);
    assertThat(log).isEmpty();
  }

  @Test
  void aFailureThatTheMainBodyOnlyPassesOnIsReportedOnce() {
    IOException failure = new IOException("disk");
    Throwable thrown =
        catchThrowable(
            () ->
                loop.call(
                    () -> {
                      Task<Object> bad = loop.fork("bad", () -> failWith(failure));
                      return bad.join();
                    }));
    assertThat(thrown).isInstanceOf(TaskFailedException.class).cause().isSameAs(failure);
    assertThat(((TaskFailedException) thrown).failures()).containsExactly(failure);
  }

  // ---- cancellation

  @Test
  void cancellingItEndsItWithoutAFailure() throws Exception {
    loop.run(
        () -> {
          loop.launch("sibling", () -> sleepAndLog("sibling"));
          loop.fork("canceller", () -> log.add(loop.cancel("enough")));
          sleepAndLog("main");
        });
    assertThat(log).containsExactlyInAnyOrder(true, "main cancelled", "sibling cancelled");
    assertThatThrownBy(
            () ->
                loop.<Integer, RuntimeException>call(
                    () -> {
                      loop.cancel("enough");
                      Selvage.checkpoint();
                      return 1;
                    }))
        .isInstanceOf(TaskCancelledException.class)
        .hasMessageContaining("enough");
  }

  @Test
  void cancellingItsCallerCancelsAllAndJoinsThem() throws Exception {
    CancelScope scope = CancelScope.create();
    boolean complete =
        scope.run(
            () ->
                loop.run(
                    () -> {
                      loop.fork("canceller", () -> scope.cancel("outer"));
                      sleepAndLog("main");
                    }));
    assertThat(complete).isFalse();
    assertThat(log).containsExactly("main cancelled");
  }

  @Test
  void anInterruptOfItsCallerCancelsAllJoinsThemAndIsThrown() throws Exception {
    AtomicReference<Throwable> thrown = new AtomicReference<>();
    CountDownLatch sleeping = new CountDownLatch(1);
    Running<Void> owner =
        Kind.VIRTUAL.start(
            () -> {
              thrown.set(
                  catchThrowable(
                      () ->
                          loop.run(
                              () -> {
                                sleeping.countDown();
                                sleepAndLog("main");
                              })));
              return null;
            });
    sleeping.await();
    owner.thread().interrupt();
    owner.get();
    assertThat(thrown.get())
        .isInstanceOf(InterruptedException.class)
        .isNotInstanceOf(CancelledException.class);
    assertThat(log).containsExactly("main cancelled");
  }

  private static Task<?> executeHere(Loop loop) {
    return loop.execute(() -> failWith(new IOException("here")));
  }

  private static Task<?> executeThere(Loop loop) {
    return loop.execute(() -> failWith(new IOException("there")));
  }

  @Test
  void theStoryOfAnExecutedTaskShowsThePlaceOfItsOwnCall() throws Exception {
    Loop loop = new Loop();
    loop.run(
        () -> {
          Task<?> here = executeHere(loop);
          Task<?> there = executeThere(loop);
          assertThat(catchThrowable(here::join).getStackTrace())
              .extracting(StackTraceElement::getMethodName)
              .contains("executeHere")
              .doesNotContain("executeThere");
          assertThat(catchThrowable(there::join).getStackTrace())
              .extracting(StackTraceElement::getMethodName)
              .contains("executeThere")
              .doesNotContain("executeHere");
        });
  }

  @Test
  void aTaskThatWasOnlyWaitedForIsNotKept() throws Exception {
    List<WeakReference<Object>> results = new ArrayList<>();
    loop.run(
        () -> {
          Task<Object> task =
              loop.fork(
                  "t",
                  () -> {
                    Object result = new Object();
                    results.add(new WeakReference<>(result));
                    return result;
                  });
          assertThat(task.join()).isNotNull();
        });
    awaitCondition(
        "the result is collected",
        () -> {
          System.gc();
          return results.getFirst().get() == null;
        });
  }
}
