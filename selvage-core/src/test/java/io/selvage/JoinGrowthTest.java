package io.selvage;

import static io.selvage.Threads.awaitCondition;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.selvage.JoinCycles.Join;
import io.selvage.sync.Event;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * How many links the search for cycles of joins looks at, and that it finds exactly what is there.
 * The tasks of these tests only wait for their end; the test makes up which of them joins which.
 */
@ExtendWith(LeakCheck.class)
class JoinGrowthTest {

  /** Tasks that live until the body has returned, and the joins that were made up. */
  private static final class Made {
    final Event over = new Event();
    final TaskGroup group;
    final Map<Task<?>, Join> joins = new HashMap<>();

    Made(TaskGroup group) {
      this.group = group;
    }

    List<Task<?>> tasks(int n) {
      List<Task<?>> tasks = new ArrayList<>();
      for (int i = 0; i < n; i++) {
        tasks.add(group.launch("t" + i, () -> over.await()));
      }
      return tasks;
    }

    /** Has a task begin to join another one; returns how many links were looked at. */
    int join(Task<?> joiner, Task<?>... joined) {
      Join join = new Join(joiner, List.of(joined));
      join.begin();
      joins.put(joiner, join);
      assertThat(catchThrowable(() -> JoinCycles.refuse(join))).isNull();
      return JoinCycles.links(join);
    }

    void end(Task<?> joiner) {
      joins.remove(joiner).end();
    }
  }

  private interface Body {
    void run(Made made) throws Exception;
  }

  private static void withTasks(Body body) throws Exception {
    TaskGroup.run(
        group -> {
          Made made = new Made(group);
          try {
            body.run(made);
          } finally {
            List.copyOf(made.joins.keySet()).forEach(made::end);
            made.over.set();
          }
        });
  }

  @Test
  void aChainCostsTheSameForEachJoinFromItsFrontAndFromItsBack() throws Exception {
    int n = 2_000;
    withTasks(
        made -> {
          List<Task<?>> tasks = made.tasks(n);
          for (int i = 1; i < n; i++) {
            assertThat(made.join(tasks.get(i), tasks.get(i - 1))).isLessThan(10);
          }
          tasks.subList(1, n).forEach(made::end);
          for (int i = n - 1; i > 0; i--) {
            assertThat(made.join(tasks.get(i), tasks.get(i - 1))).isLessThan(10);
          }
        });
  }

  @Test
  void aChainInAnyOrderCostsLittleMore() throws Exception {
    int n = 2_048;
    withTasks(
        made -> {
          List<Task<?>> tasks = made.tasks(n);
          List<Integer> order = new ArrayList<>();
          for (int i = 1; i < n; i++) {
            order.add(i);
          }
          Collections.shuffle(order, new Random(1));
          int all = 0;
          for (int i : order) {
            all += made.join(tasks.get(i), tasks.get(i - 1));
          }
          assertThat(all).isLessThan(4 * n * 11); // 11 is the logarithm of n
        });
  }

  @Test
  void manyThatJoinTheEndOfAChainCostTheSameEach() throws Exception {
    int n = 1_000;
    withTasks(
        made -> {
          List<Task<?>> tasks = made.tasks(2 * n);
          for (int i = 1; i < n; i++) {
            made.join(tasks.get(i), tasks.get(i - 1));
          }
          for (int i = n; i < 2 * n; i++) {
            assertThat(made.join(tasks.get(i), tasks.get(n - 1))).isLessThan(10);
          }
          // and a task that many wait for can join many, one after the other
          Task<?> awaited = tasks.getFirst();
          for (Task<?> next : made.tasks(n)) {
            assertThat(made.join(awaited, next)).isLessThan(10);
            made.end(awaited);
          }
        });
  }

  @Test
  void theShorterSideIsWalkedWhicheverThatIs() throws Exception {
    int n = 1_000;
    withTasks(
        made -> {
          List<Task<?>> chain = made.tasks(n);
          for (int i = 1; i < n; i++) {
            made.join(chain.get(i), chain.get(i - 1));
          }
          for (int i = 0; i < 10; i++) {
            List<Task<?>> few = made.tasks(2);
            made.join(few.get(1), few.get(0));
            // one waits for the joiner, and the joined one waits for all of the chain
            assertThat(made.join(few.get(0), chain.getLast())).isBetween(1, 10);
          }
          for (int i = 0; i < 10; i++) {
            List<Task<?>> few = made.tasks(2);
            made.join(few.get(1), few.get(0));
            // all of the chain waits for the joiner, and the joined one waits for one
            assertThat(made.join(chain.getFirst(), few.get(1))).isBetween(1, 10);
            made.end(chain.getFirst());
          }
        });
  }

  @Test
  void waitersForTheTaskAroundAGroupDoNotMatterInside() throws Exception {
    int n = 500;
    withTasks(
        made -> {
          List<Task<?>> inside = Collections.synchronizedList(new ArrayList<>());
          Task<?> around =
              made.group.launch(
                  "around",
                  () ->
                      TaskGroup.run(
                          inner -> {
                            for (int i = 0; i < n; i++) {
                              inside.add(inner.launch(() -> made.over.await()));
                            }
                          }));
          awaitCondition("all are forked", () -> inside.size() == n);
          for (Task<?> joiner : made.tasks(n)) {
            assertThat(made.join(joiner, around)).isLessThan(10);
          }
          for (int i = 1; i < n; i++) {
            assertThat(made.join(inside.get(i), inside.get(i - 1))).isLessThan(10);
          }
        });
  }

  @Test
  void joinsThatHaveEndedLeaveNothingBehind() throws Exception {
    withTasks(
        made -> {
          List<Task<?>> tasks = made.tasks(3);
          for (int i = 0; i < 1_000; i++) {
            made.join(tasks.get(0), tasks.get(1), tasks.get(2));
            made.end(tasks.get(0));
          }
          assertThat(tasks).noneMatch(Task::isJoined).allMatch(task -> task.joining() == null);
        });
  }

  // ---- exactness

  /** Two levels of groups: for each task the task around it. */
  private static Map<Task<?>, Task<?>> forkNested(Made made, List<Task<?>> all) {
    Map<Task<?>, Task<?>> around = Collections.synchronizedMap(new HashMap<>());
    List<Task<?>> found = Collections.synchronizedList(all);
    for (int i = 0; i < 4; i++) {
      Event known = new Event();
      List<Task<?>> self = new ArrayList<>();
      self.add(
          made.group.launch(
              "p" + i,
              () -> {
                known.await();
                TaskGroup.run(
                    inner -> {
                      for (int k = 0; k < 2; k++) {
                        Task<?> child = inner.launch(() -> made.over.await());
                        around.put(child, self.getFirst());
                        found.add(child);
                      }
                    });
              }));
      found.add(self.getFirst());
      known.set();
    }
    awaitCondition("all are forked", () -> found.size() == 12);
    return around;
  }

  /** What a search over everything says. */
  private static boolean reaches(
      Task<?> from, Task<?> to, Map<Task<?>, Join> joins, Map<Task<?>, Task<?>> around) {
    Set<Task<?>> seen = new HashSet<>();
    List<Task<?>> open = new ArrayList<>(List.of(from));
    while (!open.isEmpty()) {
      Task<?> next = open.removeLast();
      if (next == to) {
        return true;
      }
      if (seen.add(next)) {
        Join join = joins.get(next);
        for (int i = 0; join != null && i < join.size(); i++) {
          open.add(join.joined(i));
        }
        around.forEach(
            (child, parent) -> {
              if (parent == next) {
                open.add(child);
              }
            });
      }
    }
    return false;
  }

  @Test
  void aJoinIsRefusedExactlyIfThereIsAWayBack() throws Exception {
    withTasks(
        made -> {
          List<Task<?>> all = new ArrayList<>();
          Map<Task<?>, Task<?>> around = forkNested(made, all);
          int refused = 0;
          for (int seed = 0; seed < 20_000; seed++) {
            Random random = new Random(seed);
            Task<?> joiner = all.get(random.nextInt(all.size()));
            if (made.joins.containsKey(joiner)) {
              made.end(joiner);
              continue;
            }
            List<Task<?>> joined = new ArrayList<>(all);
            Collections.shuffle(joined, random);
            joined = joined.subList(0, 1 + random.nextInt(2));
            boolean closes =
                joined.stream().anyMatch(each -> reaches(each, joiner, made.joins, around));
            Join join = new Join(joiner, joined);
            join.begin();
            Throwable thrown = catchThrowable(() -> JoinCycles.refuse(join));
            if (closes) {
              refused++;
              assertThat(thrown).isInstanceOf(JoinCycleException.class);
              List<String> cycle = ((JoinCycleException) thrown).cycle();
              assertThat(cycle).startsWith(joiner.name()).endsWith(joiner.name());
              join.end();
            } else {
              assertThat(thrown).isNull();
              made.joins.put(joiner, join);
            }
          }
          assertThat(refused).isBetween(1_000, 15_000);
        });
  }
}
