package io.selvage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.selvage.Threads.Kind;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A thread factory whose threads do not run their work is detected. */
@ExtendWith(LeakCheck.class)
class StartWatchTest {

  private static TaskFailedException failureOf(GroupOptions options) throws Exception {
    return Kind.PLATFORM.call(
        () -> catchThrowableOfType(TaskFailedException.class, () -> runTwoIn(options)));
  }

  private static void runTwoIn(GroupOptions options) throws InterruptedException {
    options.run(
        group -> {
          group.launch("first", () -> {});
          group.launch("second", () -> {});
        });
  }

  private static void assertSays(TaskFailedException thrown, String what) {
    assertThat(thrown).isNotNull();
    assertThat(thrown.getCause())
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("of task 'group/")
        .hasMessageContaining(what)
        .hasMessageEndingWith("must make threads that run what they are given");
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void aThreadThatIgnoresItsWorkFailsTheTask(Kind kind) throws Exception {
    ThreadFactory ignoring = work -> kind.unstarted(() -> {});
    assertSays(
        failureOf(TaskGroup.options().withThreads(ignoring)), "ended without running its work");
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void inALimitedGroupTheTurnGoesOn(Kind kind) throws Exception {
    AtomicInteger made = new AtomicInteger();
    AtomicInteger ran = new AtomicInteger();
    ThreadFactory ignoringOnce =
        work -> kind.unstarted(made.incrementAndGet() == 1 ? () -> {} : work);
    GroupOptions options =
        TaskGroup.options()
            .withLimit(1)
            .withPolicy(GroupOptions.FailurePolicy.COLLECT)
            .withThreads(ignoringOnce);
    TaskFailedException thrown =
        Kind.PLATFORM.call(
            () ->
                catchThrowableOfType(
                    TaskFailedException.class,
                    () ->
                        options.run(
                            group -> {
                              group.launch("first", () -> {});
                              group.fork("second", () -> ran.incrementAndGet());
                            })));
    assertSays(thrown, "ended without running its work");
    assertThat(thrown.failures()).hasSize(1);
    assertThat(ran).hasValue(1);
  }

  @Test
  void theJoinerOfTheTaskIsTold() throws Exception {
    ThreadFactory ignoring = work -> Thread.ofVirtual().unstarted(() -> {});
    Throwable told =
        Kind.VIRTUAL.call(
            () ->
                TaskGroup.options()
                    .withThreads(ignoring)
                    .call(
                        group -> {
                          Task<String> task =
                              group.forkUnsupervised("first", () -> "never returned");
                          return catchThrowable(task::join);
                        }));
    assertThat(told).isInstanceOf(TaskFailedException.class);
    assertSays((TaskFailedException) told, "ended without running its work");
  }

  @Test
  void workThatIsHandedToAnotherThreadIsNotRunThere() throws Exception {
    AtomicReference<Thread> other = new AtomicReference<>();
    ThreadFactory handing =
        work ->
            Thread.ofVirtual()
                .unstarted(() -> other.set(Thread.ofVirtual().name("other").start(work)));
    assertSays(failureOf(TaskGroup.options().withThreads(handing)), "handed its work to");
  }

  @Test
  void theSameThreadTwiceIsRefused() throws Exception {
    List<Thread> first = new CopyOnWriteArrayList<>();
    ThreadFactory same =
        work -> {
          if (first.isEmpty()) {
            first.add(Thread.ofVirtual().unstarted(work));
          }
          return first.getFirst();
        };
    Throwable thrown =
        Kind.PLATFORM.call(
            () -> catchThrowable(() -> runTwoIn(TaskGroup.options().withThreads(same))));
    assertThat(thrown)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("returned a thread that was started");
  }

  @Test
  void threadsThatRunTheirWorkLeaveNoTimerBehind() throws Exception {
    Kind.PLATFORM.complete(
        () -> {
          for (int i = 0; i < 100; i++) {
            runTwoIn(TaskGroup.options().withThreads(Thread.ofVirtual().factory()));
          }
        });
  }
}
