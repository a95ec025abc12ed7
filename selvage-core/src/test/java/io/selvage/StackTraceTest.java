package io.selvage;

import static io.selvage.Bodies.failWith;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.selvage.Threads.Kind;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A stack trace tells where it failed, where the task was forked and where it was joined. */
@ExtendWith(LeakCheck.class)
class StackTraceTest {

  private static void whereItFails() throws IOException {
    throw new IOException("disk");
  }

  private static Task<?> whereItIsForked(TaskGroup group) {
    return group.launch("bad", () -> whereItFails());
  }

  private static void whereItIsJoined(Task<?> task) throws InterruptedException {
    task.join();
  }

  private static List<String> methods(Throwable thrown) {
    return Arrays.stream(thrown.getStackTrace()).map(StackTraceElement::getMethodName).toList();
  }

  @Test
  void joinTellsAllThree() throws Exception {
    TaskGroup.options()
        .withPolicy(GroupOptions.FailurePolicy.COLLECT)
        .withUncaughtHandler((name, e) -> {})
        .run(
            g -> {
              Task<?> task = g.forkUnsupervised("bad", StackTraceTest::failing);
              Throwable thrown = catchThrowable(() -> whereItIsJoined(task));
              assertThat(methods(thrown))
                  .containsSubsequence("whereItIsJoined", "forked", "joinTellsAllThree");
              assertThat(thrown.getStackTrace())
                  .anyMatch(frame -> "group/bad".equals(frame.getFileName()));
              assertThat(methods(thrown.getCause())).contains("whereItFails");
            });
  }

  private static Integer failing() throws IOException {
    whereItFails();
    return 1;
  }

  @Test
  void theEndOfTheGroupTellsAllThreeWhenTheBodyJoined() {
    Throwable thrown =
        catchThrowable(() -> TaskGroup.run(g -> whereItIsJoined(whereItIsForked(g))));
    assertThat(thrown).isInstanceOf(TaskFailedException.class);
    assertThat(methods(thrown.getCause())).contains("whereItFails");
    assertThat(methods(thrown)).contains("forked", "whereItIsForked");
  }

  @Test
  void theEndOfTheGroupTellsWhereATaskWasForkedThatWasNotJoined() {
    Throwable thrown = catchThrowable(() -> TaskGroup.run(StackTraceTest::whereItIsForked));
    assertThat(methods(thrown)).containsSubsequence("forked", "whereItIsForked");
    assertThat(methods(thrown.getCause())).contains("whereItFails");
    assertThat(thrown).hasMessageContaining("group/bad").hasMessageContaining("disk");
  }

  @Test
  void eachOfTwoKindsOfBodiesHasItsOwnForkSite() throws Exception {
    TaskGroup.options()
        .withUncaughtHandler((name, e) -> {})
        .run(
            g -> {
              Task<?> first = forkHere(g);
              Task<?> second = forkThere(g);
              Task<?> third = forkHere(g);
              assertThat(methods(catchThrowable(first::join))).contains("forkHere");
              assertThat(methods(catchThrowable(second::join)))
                  .contains("forkThere")
                  .doesNotContain("forkHere");
              assertThat(methods(catchThrowable(third::join))).contains("forkHere");
            });
  }

  private static Task<?> forkHere(TaskGroup g) {
    return g.forkUnsupervised("here", () -> failing());
  }

  private static Task<?> forkThere(TaskGroup g) {
    return g.forkUnsupervised("there", () -> failing());
  }

  @Test
  void aThrownCancellationHasTheStackOfWhereItWasNoticed() throws Exception {
    CancelScope scope = CancelScope.create();
    Throwable[] seen = new Throwable[1];
    scope.run(
        () -> {
          scope.cancel();
          seen[0] = catchThrowable(StackTraceTest::whereItIsNoticed);
        });
    assertThat(methods(seen[0])).contains("whereItIsNoticed");
  }

  private static void whereItIsNoticed() throws InterruptedException {
    Selvage.checkpoint();
  }

  // ---- chains of joins

  private static void i() throws IOException {
    whereItFails();
  }

  private static void h(TaskGroup g) throws InterruptedException {
    g.launch("i", () -> i()).join();
  }

  private static void g2(TaskGroup g) throws InterruptedException {
    g.launch("h", () -> h(g)).join();
  }

  private static void g(TaskGroup g) throws InterruptedException {
    Task<?> next = g.launch("g2", () -> g2(g));
    next.join();
  }

  private static void f(TaskGroup g) throws InterruptedException {
    g.launch("g", () -> g(g)).join();
  }

  private static final List<String> CHAIN =
      List.of("i", "joinedBy", "h", "joinedBy", "g2", "joinedBy", "g", "joinedBy", "f");

  /** The methods of the cause, and then those of the exception, as they are to be read. */
  private static List<String> story(Throwable thrown) {
    List<String> story = new ArrayList<>(methods(thrown.getCause()));
    story.addAll(methods(thrown));
    return story;
  }

  @ParameterizedTest
  @EnumSource
  void aChainOfJoinsIsToldInOrderAsDirectCallsWouldBe(Kind kind) {
    for (int round = 0; round < 30; round++) {
      Throwable thrown = catchThrowable(() -> kind.options().run(StackTraceTest::f));
      assertThat(story(thrown)).containsSubsequence(CHAIN);
      assertThat(thrown.getCause()).isInstanceOf(IOException.class);
    }
  }

  @Test
  void theChainIsToldInALimitedGroupAndInACollectingOne() {
    for (GroupOptions options :
        List.of(
            TaskGroup.options().withLimit(1),
            TaskGroup.options().withPolicy(GroupOptions.FailurePolicy.COLLECT))) {
      Throwable thrown = catchThrowable(() -> options.run(StackTraceTest::f));
      assertThat(story(thrown)).containsSubsequence(CHAIN);
    }
  }

  @Test
  void theChainIsToldAlsoIfItsFirstTaskIsNotJoined() {
    Throwable thrown = catchThrowable(() -> TaskGroup.run(g -> g.launch("f", () -> f(g))));
    assertThat(story(thrown)).containsSubsequence(CHAIN).contains("inGroup");
  }

  @Test
  void aPersonCanReadIt() {
    Throwable thrown = catchThrowable(() -> TaskGroup.run(StackTraceTest::f));
    StringWriter text = new StringWriter();
    thrown.printStackTrace(new PrintWriter(text));
    List<String> lines =
        text.toString()
            .lines()
            .map(line -> line.replaceAll("io.selvage@[^/]*/|java.base/|\\$[0-9]+|:[0-9]+", ""))
            .filter(line -> !line.contains("junit") && !line.contains("assertj"))
            .toList();
    assertThat(String.join("\n", lines))
        .startsWith(
            """
            io.selvage.TaskFailedException: task 'group/i' failed: java.io.IOException: disk
            	at .joinedBy(group/h)
            	at io.selvage.Task.join(Task.java)
            	at io.selvage.StackTraceTest.h(StackTraceTest.java)
            	at io.selvage.StackTraceTest.lambda$g2(StackTraceTest.java)
            	at .forked(group/h)
            	at io.selvage.StackTraceTest.g2(StackTraceTest.java)
            	at .joinedBy(group/g2)
            	at io.selvage.Task.join(Task.java)
            	at io.selvage.StackTraceTest.g2(StackTraceTest.java)
            	at io.selvage.StackTraceTest.lambda$g(StackTraceTest.java)
            	at .forked(group/g2)
            	at io.selvage.StackTraceTest.g(StackTraceTest.java)
            	at .joinedBy(group/g)
            	at io.selvage.Task.join(Task.java)
            	at io.selvage.StackTraceTest.g(StackTraceTest.java)
            	at io.selvage.StackTraceTest.lambda$f(StackTraceTest.java)
            	at .forked(group/g)
            	at io.selvage.StackTraceTest.f(StackTraceTest.java)
            	at .joinedBy(the body of group)
            	at io.selvage.Task.join(Task.java)
            	at io.selvage.StackTraceTest.f(StackTraceTest.java)
            	at io.selvage.TaskGroup.run(TaskGroup.java)
            	at io.selvage.StackTraceTest.lambda$aPersonCanReadIt(StackTraceTest.java)
            """)
        .contains(
            """
            	at .forked(group/i)
            	at io.selvage.StackTraceTest.h(StackTraceTest.java)
            	at io.selvage.StackTraceTest.lambda$g2(StackTraceTest.java)
            """)
        .contains(
            """
            Caused by: java.io.IOException: disk
            	at io.selvage.StackTraceTest.whereItFails(StackTraceTest.java)
            	at io.selvage.StackTraceTest.i(StackTraceTest.java)
            """);
  }

  @Test
  void theChainStopsWhereSeveralWaited() {
    Throwable thrown =
        catchThrowable(
            () ->
                TaskGroup.run(
                    g -> {
                      CountDownLatch joining = new CountDownLatch(2);
                      Task<?> bad =
                          g.launch(
                              "bad",
                              () -> {
                                joining.await();
                                whereItFails();
                              });
                      for (int waiter = 0; waiter < 2; waiter++) {
                        g.launch(
                            () -> {
                              joining.countDown();
                              whereItIsJoined(bad);
                            });
                      }
                    }));
    assertThat(methods(thrown)).contains("forked").doesNotContain("joinedBy", "whereItIsJoined");
  }

  @Test
  void theChainStopsAtATaskThatHandledWhatItsJoinThrew() {
    Throwable thrown =
        catchThrowable(
            () ->
                TaskGroup.run(
                    g ->
                        g.launch(
                            "patient",
                            () -> {
                              Task<?> bad = whereItIsForked(g);
                              assertThat(catchThrowable(() -> whereItIsJoined(bad))).isNotNull();
                            })));
    assertThat(methods(thrown)).doesNotContain("joinedBy", "whereItIsJoined");
  }

  @Test
  void framesOfTheLibraryAreLeftOutButWhatTheTaskThrewIsNotTouched() {
    IOException original = new IOException("meant");
    StackTraceElement[] before = original.getStackTrace();
    Throwable thrown =
        catchThrowable(() -> TaskGroup.run(g -> g.fork(() -> failWith(original)).join()));
    assertThat(thrown.getCause()).isSameAs(original);
    assertThat(original.getStackTrace()).isEqualTo(before);
    assertThat(original).hasNoSuppressedExceptions().hasNoCause();
    assertThat(thrown.getStackTrace())
        .noneMatch(frame -> frame.getClassName().startsWith("io.selvage.kernel."))
        .noneMatch(frame -> frame.getMethodName().equals("openVoid"));
  }
}
