package io.selvage;

import static io.selvage.Bodies.failWith;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.selvage.GroupOptions.FailurePolicy;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Failures that pass through many groups and tasks: they arrive, and their texts stay short. */
@ExtendWith(LeakCheck.class)
class DeepFailureTest {
  private static final GroupOptions COLLECT = TaskGroup.options().withPolicy(FailurePolicy.COLLECT);

  private final IOException failure = new IOException("the real failure");

  /** How a level passes on the failure of the level below. */
  private enum Level {
    THE_TASK_ENDS {
      @Override
      void run(TaskGroup group, Nest below) {
        group.launch("task", below::run);
      }
    },
    THE_BODY_JOINS {
      @Override
      void run(TaskGroup group, Nest below) throws InterruptedException {
        var unused = group.launch("task", below::run).join();
      }
    },
    ANOTHER_TASK_JOINS {
      @Override
      void run(TaskGroup group, Nest below) {
        Task<?> task = group.launch("task", below::run);
        group.fork("other", () -> task.join());
      }
    },
    A_SIBLING_FAILS_FIRST {
      @Override
      void run(TaskGroup group, Nest below) {
        Task<?> sibling = group.fork("sibling", () -> failWith(new IOException("of the sibling")));
        Threads.awaitCondition("the sibling has failed", sibling::isDone);
        group.launch("task", below::run);
      }
    },
    THE_BODY_WRAPS {
      @Override
      void run(TaskGroup group, Nest below) throws InterruptedException {
        try {
          var unused = group.launch("task", below::run).join();
        } catch (TaskFailedException e) {
          throw new IllegalStateException(e);
        }
      }
    },
    A_SCOPE_IS_AROUND {
      @Override
      void run(TaskGroup group, Nest below) {
        group.fork("task", () -> CancelScope.create().run(below::run));
      }
    };

    abstract void run(TaskGroup group, Nest below) throws InterruptedException;
  }

  private record Nest(Level level, int depth, Exception failure) {
    void run() throws Exception {
      if (depth == 0) {
        throw failure;
      }
      COLLECT.run(group -> level.run(group, new Nest(level, depth - 1, failure)));
    }

    Throwable thrown() {
      return catchThrowable(this::run);
    }
  }

  private static List<Throwable> causes(Throwable thrown) {
    List<Throwable> causes = new ArrayList<>();
    for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
      causes.add(cause);
    }
    return causes;
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 1_000, 10_000, 30_000})
  void nestedGroupsFailHoweverDeep(int depth) {
    Throwable thrown = new Nest(Level.THE_TASK_ENDS, depth, failure).thrown();
    List<Throwable> causes = causes(thrown);
    assertThat(causes.getLast()).isSameAs(failure);
    assertThat(causes).hasSize(depth + 1);
    assertThat(thrown.getMessage().length()).isLessThan(200);
  }

  @ParameterizedTest
  @EnumSource
  void theyFailHoweverALevelPassesTheFailureOn(Level level) {
    int depth = 1_500;
    Throwable thrown = new Nest(level, depth, failure).thrown();
    List<Throwable> causes = new ArrayList<>();
    for (Throwable next = thrown; next != null; ) {
      causes.add(next);
      next = next.getSuppressed().length > 0 ? next.getSuppressed()[0] : next.getCause();
    }
    assertThat(causes.getLast()).isSameAs(failure);
    assertThat(causes).hasSizeGreaterThan(depth);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 30_000})
  void anIsolatedFailureIsAnOutcomeHoweverDeep(int depth) throws Exception {
    Nest nest = new Nest(Level.THE_TASK_ENDS, depth, failure);
    assertThat(Tasks.runIsolated(nest::run).isSuccess()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 30_000})
  void anErrorIsNoOutcomeHoweverDeep(int depth) {
    AssertionError error = new AssertionError("the real failure");
    assertThat(
            catchThrowable(
                () ->
                    Tasks.callIsolatedGroup(
                        group -> group.launch("task", () -> throwInside(depth, error)).join())))
        .isInstanceOf(TaskFailedException.class);
  }

  private static void throwInside(int depth, Error error) throws InterruptedException {
    if (depth == 0) {
      throw error;
    }
    TaskGroup.run(group -> group.launch("task", () -> throwInside(depth - 1, error)));
  }

  private static long charactersOf(List<Throwable> all) {
    return all.stream().mapToLong(each -> each.toString().length()).sum();
  }

  @ParameterizedTest
  @EnumSource(
      names = {"THE_TASK_ENDS", "THE_BODY_JOINS", "ANOTHER_TASK_JOINS", "A_SIBLING_FAILS_FIRST"})
  void theMessagesOfAllLevelsGrowAsTheLevels(Level level) {
    long ofOneLevel = charactersOf(causes(new Nest(level, 2, failure).thrown()));
    for (int depth : new int[] {250, 500, 1_000}) {
      Throwable thrown = new Nest(level, depth, failure).thrown();
      assertThat(charactersOf(causes(thrown))).as("%s", depth).isLessThan(depth * ofOneLevel);
    }
  }

  @Test
  void theyGrowNoFasterIfForeignExceptionsWrapThem() {
    for (int depth : new int[] {250, 500, 1_000}) {
      Throwable thrown = new Nest(Level.THE_BODY_WRAPS, depth, failure).thrown();
      assertThat(charactersOf(causes(thrown))).as("%s", depth).isLessThan(depth * 5_000L);
    }
  }

  @Test
  void theyGrowNoFasterIfTheFailureSaysVeryMuch() {
    IOException long1 = new IOException("x".repeat(100_000));
    Throwable thrown = new Nest(Level.THE_TASK_ENDS, 1_000, long1).thrown();
    List<Throwable> ours = causes(thrown).subList(0, 1_000);
    assertThat(charactersOf(ours)).isLessThan(400_000);
    assertThat(ours.getLast().getMessage()).endsWith("x... (98021 more characters)");
    assertThat(ours.getFirst().getMessage()).contains("x... (").hasSizeLessThan(400);
  }

  @Test
  void theStackTracesOfAllLevelsGrowAsTheLevels() {
    Throwable thrown100 = new Nest(Level.THE_TASK_ENDS, 100, failure).thrown();
    Throwable thrown200 = new Nest(Level.THE_TASK_ENDS, 200, failure).thrown();
    assertThat(printed(thrown200).length()).isLessThan(3 * printed(thrown100).length());
  }

  private static String printed(Throwable thrown) {
    StringWriter text = new StringWriter();
    thrown.printStackTrace(new PrintWriter(text));
    return text.toString();
  }

  @Test
  void aNestedFailureNamesItsOwnTaskAndTheInnermostOne() {
    Throwable thrown =
        catchThrowable(
            () ->
                TaskGroup.options()
                    .withName("outer")
                    .run(
                        outer ->
                            outer.launch(
                                "a",
                                () ->
                                    TaskGroup.options()
                                        .withName("middle")
                                        .run(
                                            middle ->
                                                middle.launch(
                                                    "b",
                                                    () ->
                                                        TaskGroup.options()
                                                            .withName("inner")
                                                            .run(
                                                                inner ->
                                                                    inner.fork(
                                                                        "c",
                                                                        () ->
                                                                            failWith(
                                                                                failure))))))));
    String because = ", because of 'inner/c': java.io.IOException: the real failure";
    assertThat(thrown).hasMessage("task 'outer/a' failed" + because);
    assertThat(thrown.getCause()).hasMessage("task 'middle/b' failed" + because);
    assertThat(thrown.getCause().getCause())
        .hasMessage("task 'inner/c' failed: java.io.IOException: the real failure");
    assertThat(((TaskFailedException) thrown).describe()).isEqualTo(thrown.getMessage());
  }

  @Test
  void aChainOfTasksThatMerelyJoinIsOneFailureHoweverLong() {
    int length = 2_000;
    for (boolean supervised : new boolean[] {true, false}) {
      AtomicReference<Task<?>> last = new AtomicReference<>();
      Throwable thrown =
          catchThrowable(
              () ->
                  COLLECT.run(
                      g -> {
                        last.set(g.fork("first", () -> failWith(failure)));
                        for (int i = 0; i < length; i++) {
                          Task<?> before = last.get();
                          last.set(
                              supervised
                                  ? g.fork(() -> before.join())
                                  : g.forkUnsupervised("joins", () -> before.join()));
                        }
                        var unused = last.get().join();
                      }));
      assertThat(((TaskFailedException) thrown).failures()).containsExactly(failure);
      assertThat(thrown).hasNoSuppressedExceptions();
    }
  }

  @Test
  void tenThousandSiblingsAllFail() {
    int siblings = 10_000;
    TaskFailedException thrown =
        (TaskFailedException)
            catchThrowable(
                () ->
                    COLLECT.run(
                        g -> {
                          for (int i = 0; i < siblings; i++) {
                            int number = i;
                            g.fork(() -> failWith(new IOException("sibling " + number)));
                          }
                        }));
    assertThat(thrown.failures()).hasSize(siblings).doesNotHaveDuplicates();
    assertThat(thrown.getSuppressed()).hasSize(siblings - 1);
    assertThat(thrown.describe().lines()).hasSize(siblings);
  }

  @Test
  void aBodyThatFailsBesideTenThousandSiblingsSuppressesAThousandAndTheOthersAreReported() {
    int siblings = 10_000;
    List<Throwable> uncaught = new ArrayList<>();
    Throwable thrown =
        catchThrowable(
            () ->
                COLLECT
                    .withUncaughtHandler((name, e) -> uncaught.add(e))
                    .run(
                        g -> {
                          for (int i = 0; i < siblings; i++) {
                            int number = i;
                            g.fork(() -> failWith(new IOException("sibling " + number)));
                          }
                          Threads.awaitCondition("all have failed", () -> g.running() == 0);
                          throw failure;
                        }));
    assertThat(thrown).isSameAs(failure);
    assertThat(failure.getSuppressed()).hasSize(1_000);
    assertThat(uncaught).hasSize(siblings - 1_000).doesNotHaveDuplicates();
  }

  // ---- the end of the stack

  private static void recurse(int forks) throws Exception {
    COLLECT
        .withUncaughtHandler((name, e) -> {})
        .run(
            g -> {
              for (int i = 0; i < forks; i++) {
                g.fork(() -> failWith(new IOException("beside the recursion")));
              }
              recurse(forks);
            });
  }

  /** The body of each group is the next group, until the stack is full. */
  @ParameterizedTest
  @ValueSource(ints = {0, 1})
  void anOverflowOfTheStackInABodyFailsAllGroupsAroundIt(int forks) throws Exception {
    AtomicReference<Throwable> thrown = new AtomicReference<>();
    Thread thread =
        new Thread(null, () -> thrown.set(catchThrowable(() -> recurse(forks))), "deep", 1 << 18);
    thread.start();
    thread.join();
    assertThat(thrown.get()).isInstanceOf(StackOverflowError.class);
  }

  @Test
  void anOverflowOfTheStackInATaskFailsItsGroup() {
    assertThat(catchThrowable(() -> TaskGroup.run(g -> g.fork(DeepFailureTest::overflow))))
        .isInstanceOf(TaskFailedException.class)
        .hasCauseInstanceOf(StackOverflowError.class);
  }

  @SuppressWarnings("InfiniteRecursion") // that is meant
  private static int overflow() {
    return overflow() + 1;
  }
}
