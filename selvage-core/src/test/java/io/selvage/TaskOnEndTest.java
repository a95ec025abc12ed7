package io.selvage;

import static io.selvage.Bodies.failWith;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(LeakCheck.class)
class TaskOnEndTest {
  private final List<Object> log = Collections.synchronizedList(new ArrayList<>());

  @Test
  void runsOnTheThreadOfTheTaskBeforeTheGroupEnds() throws Exception {
    CountDownLatch added = new CountDownLatch(1);
    Task<Thread> task =
        TaskGroup.call(
            group -> {
              Task<Thread> forked =
                  group.fork(
                      "t",
                      () -> {
                        added.await();
                        return Thread.currentThread();
                      });
              forked.onEnd(() -> log.add(Thread.currentThread()));
              forked.onEnd(() -> log.add(forked.state()));
              added.countDown();
              return forked;
            });
    assertThat(log).containsExactly(task.resultNow(), Task.State.SUCCEEDED);
  }

  @Test
  void anActionOfATaskThatHasEndedRunsAtOnce() throws Exception {
    Task<Integer> task = TaskGroup.call(group -> group.fork("t", () -> 1));
    task.onEnd(() -> log.add(Thread.currentThread()));
    assertThat(log).containsExactly(Thread.currentThread());
  }

  @Test
  void runsAlsoForATaskThatFailsAndForOneThatNeverBegins() throws Exception {
    TaskGroup.run(
        group -> {
          Task<?> failed =
              group.forkUnsupervised("failed", () -> failWith(new IllegalStateException("x")));
          failed.onEnd(() -> log.add(failed.state()));
          assertThatThrownBy(failed::join).isInstanceOf(TaskFailedException.class);
          group.cancel();
          Task<Integer> never = group.fork("never", () -> 1);
          never.onEnd(() -> log.add(never.state()));
        });
    assertThat(log).containsExactlyInAnyOrder(Task.State.FAILED, Task.State.CANCELLED);
  }

  @Test
  void whatAnActionThrowsGoesToTheHandlerAndTheResultStands() throws Exception {
    Task<Integer> task =
        TaskGroup.options()
            .withUncaughtHandler((name, thrown) -> log.add(name + ": " + thrown.getMessage()))
            .call(
                group -> {
                  CountDownLatch added = new CountDownLatch(1);
                  Task<Integer> forked =
                      group.fork(
                          "t",
                          () -> {
                            added.await();
                            return 1;
                          });
                  forked.onEnd(() -> failWith(new IllegalStateException("broken action")));
                  added.countDown();
                  return forked;
                });
    assertThat(task.resultNow()).isEqualTo(1);
    assertThat(log).containsExactly("group/t, an action at its end: broken action");
  }

  @Test
  void anActionIsNeeded() throws Exception {
    Task<Integer> task = TaskGroup.call(group -> group.fork("t", () -> 1));
    assertThatThrownBy(() -> task.onEnd(null)).isInstanceOf(NullPointerException.class);
  }
}
