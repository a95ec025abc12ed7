package io.selvage;

import static io.selvage.Bodies.failWith;
import static io.selvage.Bodies.never;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.selvage.service.CloseSignal;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(LeakCheck.class)
class CompletionOrderTest {
  private final List<Object> log = Collections.synchronizedList(new ArrayList<>());
  private final Loop loop = new Loop();

  /** Tasks that end in the order of their numbers, not before the loop has had another turn. */
  private List<Task<Integer>> ending(int... numbers) {
    List<CloseSignal> gates = new ArrayList<>();
    IntStream.rangeClosed(0, numbers.length).forEach(i -> gates.add(new CloseSignal()));
    List<Task<Integer>> tasks = new ArrayList<>();
    for (int number : numbers) {
      int place = (int) IntStream.of(numbers).filter(other -> other < number).count();
      tasks.add(
          loop.fork(
              () -> {
                gates.get(place).await();
                gates.get(place + 1).close(); // the next one gets its turn when this has ended
                return number;
              }));
    }
    loop.fork(() -> gates.getFirst().close());
    return tasks;
  }

  @Test
  void theFirstIsTheTaskThatEndedFirst() throws Exception {
    loop.run(
        () -> {
          CompletionOrder<Integer> order = Tasks.asCompleted(ending(9, 1, 5));
          for (int k = 0; k < order.size(); k++) {
            log.add(order.await(k).join());
          }
        });
    assertThat(log).containsExactly(1, 5, 9);
  }

  @Test
  void placesMayBeAskedForInAnyOrderAndByMany() throws Exception {
    loop.run(
        () -> {
          CompletionOrder<Integer> order = Tasks.asCompleted(ending(9, 1, 5));
          assertThat(Tasks.map(List.of(2, 0, 1), k -> order.await(k).join()))
              .containsExactly(9, 1, 5);
          for (int k = 2; k >= 0; k--) {
            log.add(order.await(k).join());
          }
        });
    assertThat(log).containsExactly(9, 5, 1);
  }

  @Test
  void allOfThemCanBeGathered() throws Exception {
    loop.run(
        () -> {
          CompletionOrder<Integer> order = Tasks.asCompleted(ending(5, 1));
          assertThat(order.awaitAll()).extracting(Task::resultNow).containsExactly(1, 5);
          assertThat(Tasks.joinAll(order.awaitAll())).containsExactly(1, 5);
          assertThat(order).hasToString("CompletionOrder[2 of 2 ended]");
        });
  }

  @Test
  void walkedTwiceItIsTheSame() throws Exception {
    loop.run(
        () -> {
          CompletionOrder<Integer> order = Tasks.asCompleted(ending(5, 1));
          order.forEach(task -> log.add(task.join()));
          order.forEach(task -> log.add(task.join()));
        });
    assertThat(log).containsExactly(1, 5, 1, 5);
  }

  @Test
  void anOrderOfNoTasksAwaitsNothing() throws Exception {
    CompletionOrder<Integer> order = Tasks.asCompleted(List.of());
    order.forEach(log::add);
    assertThat(order.awaitAll()).isEmpty();
    assertThat(order.size()).isZero();
    assertThat(log).isEmpty();
  }

  @Test
  void thoseThatHaveEndedComeFirst() throws Exception {
    loop.run(
        () -> {
          CloseSignal go = new CloseSignal();
          Task<Integer> last =
              loop.fork(
                  () -> {
                    go.await();
                    return 5;
                  });
          List<Task<Integer>> tasks = new ArrayList<>(List.of(last));
          tasks.addAll(ending(1, 0));
          Tasks.joinAll(tasks.subList(1, 3));
          CompletionOrder<Integer> order = Tasks.asCompleted(tasks);
          go.close();
          assertThat(order.ended()).isEqualTo(2);
          assertThat(order.awaitAll()).containsExactly(tasks.get(1), tasks.get(2), last);
        });
  }

  @Test
  void theSameTaskTwiceIsThereTwice() throws Exception {
    loop.run(
        () -> {
          Task<Integer> task = ending(1).getFirst();
          assertThat(Tasks.asCompleted(List.of(task, task)).awaitAll()).containsExactly(task, task);
        });
  }

  @Test
  void aFailedTaskFailsItsGroupAsAlwaysAndIsInItsPlace() {
    assertThatThrownBy(
            () ->
                loop.run(
                    () -> {
                      List<Task<Integer>> tasks = new ArrayList<>();
                      tasks.add(loop.fork(() -> never()));
                      tasks.add(loop.fork("bad", () -> failWith(new IOException("disk"))));
                      CompletionOrder<Integer> order = Tasks.asCompleted(tasks);
                      try {
                        order.await(1);
                      } finally {
                        log.add(order.ended());
                      }
                    }))
        .hasRootCauseMessage("disk");
    assertThat(log).hasSize(1);
  }

  @Test
  void aPlaceThatIsNotThereIsRefused() {
    CompletionOrder<Integer> order = Tasks.asCompleted(List.of());
    assertThatThrownBy(() -> order.await(0))
        .isInstanceOf(IndexOutOfBoundsException.class)
        .hasMessage("k must be >= 0 and less than the number of tasks, 0, was 0");
    assertThatThrownBy(() -> order.await(-1)).isInstanceOf(IndexOutOfBoundsException.class);
  }

  @Test
  void aWaitThatIsLeftChangesNothing() throws Exception {
    TaskGroup.run(
        group -> {
          CloseSignal go = new CloseSignal();
          Task<Integer> task =
              group.fork(
                  () -> {
                    go.await();
                    return 1;
                  });
          CompletionOrder<Integer> order = Tasks.asCompleted(List.of(task));
          CancelScope scope = CancelScope.create();
          group.fork(() -> scope.cancel());
          assertThat(scope.run(() -> order.await(0))).isFalse();
          go.close();
          assertThat(order.await(0)).isSameAs(task);
        });
  }

  @Test
  void waitingForAllWithOneselfAmongThemIsACycle() {
    assertThatThrownBy(
            () ->
                TaskGroup.run(
                    group -> {
                      CloseSignal made = new CloseSignal();
                      List<CompletionOrder<Object>> order = new ArrayList<>();
                      Task<Object> self =
                          group.fork(
                              "self",
                              () -> {
                                made.await();
                                return order.getFirst().awaitAll();
                              });
                      order.add(Tasks.asCompleted(List.of(self)));
                      made.close();
                    }))
        .hasRootCauseInstanceOf(JoinCycleException.class);
  }

  @Test
  void aHundredCallsOfAPoolComeAsTheyEnd() throws Exception {
    ThreadPool pool = new ThreadPool(4);
    List<Integer> numbers = IntStream.range(0, 100).boxed().toList();
    loop.run(
        () -> {
          List<Task<Integer>> tasks = new ArrayList<>();
          for (int number : numbers) {
            tasks.add(loop.fork(() -> pool.<Integer, RuntimeException>call(() -> number)));
          }
          CompletionOrder<Integer> order = Tasks.asCompleted(tasks);
          order.forEach(
              task -> {
                assertThat(task.isDone()).isTrue();
                log.add(task.join());
              });
        });
    assertThat(log).hasSize(100).containsAll(numbers);
  }

  // ---- tasks that run for long, and are asked again and again

  @Test
  void aLongTaskForgetsTheOrdersThatAreNotReferencedAnyMore() throws Exception {
    loop.run(
        () -> {
          CloseSignal over = new CloseSignal();
          Task<Boolean> longTask = loop.fork("long", () -> returnAfter(over));
          CompletionOrder<Boolean> kept = Tasks.asCompleted(List.of(longTask));
          for (int i = 0; i < 130; i++) {
            assertThat(Tasks.asCompleted(List.of(longTask)).ended()).isZero();
          }
          System.gc();
          for (int i = 0; i < 130; i++) {
            assertThat(Tasks.asCompleted(List.of(longTask)).ended()).isZero();
          }
          assertThat(longTask.endActions()).isLessThan(200);
          over.close();
          assertThat(kept.await(0)).isSameAs(longTask);
        });
  }

  @Test
  void anOrderThatWasWaitedForIsForgottenToo() throws Exception {
    loop.run(
        () -> {
          CloseSignal over = new CloseSignal();
          Task<Boolean> longTask = loop.fork("long", () -> returnAfter(over));
          WeakReference<?> order = new WeakReference<>(waitedFor(longTask));
          Threads.awaitCondition(
              "it is gone",
              () -> {
                System.gc();
                return order.refersTo(null);
              });
          over.close();
        });
  }

  private CompletionOrder<Boolean> waitedFor(Task<Boolean> longTask) throws InterruptedException {
    Task<Boolean> brief = loop.fork("brief", () -> true);
    CompletionOrder<Boolean> order = Tasks.asCompleted(List.of(longTask, brief));
    assertThat(order.await(0)).isSameAs(brief);
    CancelScope soon = CancelScope.create();
    loop.fork(() -> soon.cancel());
    assertThat(soon.run(() -> order.await(1))).isFalse();
    return order;
  }

  @Test
  void aWaiterForAnOrderThatNoOtherThreadHasIsTold() throws Exception {
    loop.run(
        () -> {
          CloseSignal over = new CloseSignal();
          Task<Boolean> longTask = loop.fork("long", () -> returnAfter(over));
          Task<?> waiter =
              loop.fork(() -> log.add(Tasks.asCompleted(List.of(longTask)).await(0) == longTask));
          Selvage.checkpoint();
          System.gc();
          over.close();
          waiter.join();
        });
    assertThat(log).containsExactly(true);
  }

  private static boolean returnAfter(CloseSignal over) throws InterruptedException {
    over.await();
    return true;
  }
}
