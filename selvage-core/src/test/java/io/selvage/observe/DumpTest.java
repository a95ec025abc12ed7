package io.selvage.observe;

import static io.selvage.Threads.LONG;
import static io.selvage.Threads.awaitCondition;
import static io.selvage.observe.Dumps.all;
import static io.selvage.observe.Dumps.me;
import static io.selvage.observe.Dumps.only;
import static io.selvage.observe.Dumps.thread;
import static io.selvage.observe.Dumps.waitsIn;
import static org.assertj.core.api.Assertions.assertThat;

import io.selvage.CancelScope;
import io.selvage.EnteredScope;
import io.selvage.LeakCheck;
import io.selvage.Selvage;
import io.selvage.Task;
import io.selvage.TaskGroup;
import io.selvage.TaskStatus;
import io.selvage.Threads;
import io.selvage.Threads.Kind;
import io.selvage.Threads.Running;
import io.selvage.channel.Channel;
import io.selvage.observe.Dump.Activity;
import io.selvage.observe.Dump.GroupNode;
import io.selvage.observe.Dump.Node;
import io.selvage.observe.Dump.ScopeNode;
import io.selvage.observe.Dump.TaskNode;
import io.selvage.observe.Dump.ThreadNode;
import io.selvage.observe.Dump.Wait;
import io.selvage.service.ThreadService;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@ExtendWith(LeakCheck.class)
class DumpTest {
  private static Optional<TaskNode> find(String task) {
    return all(Dump.take().roots())
        .filter(TaskNode.class::isInstance)
        .map(TaskNode.class::cast)
        .filter(node -> node.name().equals(task))
        .findFirst();
  }

  private static TaskNode task(String name) {
    return find(name).orElseThrow();
  }

  private static void awaitWait(String task, String operation) {
    awaitCondition(
        task + " waits in " + operation,
        () -> find(task).filter(it -> waitsIn(it.activity(), operation)).isPresent());
  }

  // ---- threads and scopes

  @Test
  void aThreadThatIsInNoScopeAndWaitsForNothingIsNotShown() throws Exception {
    Selvage.checkpoint();
    assertThat(thread(Thread.currentThread())).isEmpty();
  }

  @ParameterizedTest
  @EnumSource
  void aThreadIsShownWithItsScopesFromTheOutermostToTheInnermost(Kind kind) throws Exception {
    kind.complete(
        () ->
            CancelScope.moveOnAfter(Duration.ofMinutes(10))
                .run(
                    () ->
                        CancelScope.shieldUnlimited()
                            .run(
                                () -> {
                                  Selvage.checkpoint();
                                  ThreadNode me = me();
                                  assertThat(me.service()).isFalse();
                                  assertThat(me.activity())
                                      .isEqualTo(
                                          new Activity(
                                              kind == Kind.VIRTUAL,
                                              Thread.State.RUNNABLE,
                                              Optional.of("Selvage.checkpoint"),
                                              false,
                                              Optional.empty()));
                                  ScopeNode outer = (ScopeNode) only(me);
                                  assertThat(outer.shield()).isFalse();
                                  assertThat(outer.remaining().orElseThrow())
                                      .isBetween(Duration.ofMinutes(9), Duration.ofMinutes(10));
                                  assertThat(only(outer))
                                      .isEqualTo(
                                          new ScopeNode(
                                              true, Optional.empty(), Optional.empty(), List.of()));
                                })));
    assertThat(thread(Thread.currentThread())).isEmpty();
  }

  @Test
  void aThreadWithoutANameHasANumber() throws Exception {
    CountDownLatch done = new CountDownLatch(1);
    Thread thread =
        Thread.ofVirtual().start(() -> CancelScope.create().enter().close()); // adopted, then idle
    thread.join();
    Thread second =
        Thread.ofVirtual()
            .start(
                () -> {
                  try (EnteredScope entered = CancelScope.create().enter()) {
                    Threads.await(done);
                  }
                });
    awaitCondition("it is in its scope", () -> thread(second).isPresent());
    assertThat(thread(second).orElseThrow().name())
        .isEqualTo("unnamed virtual thread #" + second.threadId());
    assertThat(thread(thread)).isEmpty();
    done.countDown();
    second.join();
  }

  @Test
  void aCancelledScopeShowsItsReasonAndAShieldHidesIt() throws Exception {
    CancelScope.create()
        .run(
            () -> {
              CancelScope.current().orElseThrow().cancel("stop it");
              CancelScope.shieldUnlimited().run(() -> CancelScope.create().run(() -> {}));
              CancelScope.shield(LONG)
                  .run(
                      () -> {
                        ScopeNode outer = (ScopeNode) only(me());
                        assertThat(outer.cancelled()).contains("stop it");
                        assertThat(((ScopeNode) only(outer)).cancelled()).isEmpty();
                        assertThat(((ScopeNode) only(outer)).remaining()).isPresent();
                      });
            });
  }

  @Test
  void aCancellableCallIsNoScope() throws Exception {
    CancelScope.create()
        .run(
            () ->
                Selvage.runCancellable(
                    () -> {
                      CancelScope.shieldUnlimited()
                          .run(
                              () -> {
                                assertThat(((ScopeNode) only(me())).shield()).isFalse();
                                assertThat(((ScopeNode) only(only(me()))).shield()).isTrue();
                              });
                    },
                    () -> {}));
  }

  @Test
  void aThreadThatWaitsOutsideOfAllScopesIsShown() throws Exception {
    Channel<String> channel = Channel.unbounded();
    Running<String> receiver = Kind.PLATFORM.start(channel::receive);
    awaitCondition(
        "it waits",
        () ->
            thread(receiver.thread())
                .filter(node -> waitsIn(node.activity(), "Channel.receive"))
                .isPresent());
    ThreadNode shown = thread(receiver.thread()).orElseThrow();
    assertThat(shown.children()).isEmpty();
    Wait wait = shown.activity().waiting().orElseThrow();
    assertThat(wait.operation()).isEqualTo("Channel.receive");
    assertThat(wait.awaited()).isEqualTo(channel.toString());
    assertThat(wait.cancellable()).isTrue();
    awaitCondition("time goes on", () -> waitTime(receiver.thread()).compareTo(wait.time()) > 0);
    channel.send("end");
    assertThat(receiver.get()).isEqualTo("end");
    assertThat(thread(receiver.thread())).isEmpty();
  }

  private static Duration waitTime(Thread thread) {
    return thread(thread).orElseThrow().activity().waiting().orElseThrow().time();
  }

  // ---- groups and tasks

  @ParameterizedTest
  @EnumSource
  void aGroupShowsItsTasksInTheOrderOfTheirForksAndWhatTheyWaitFor(Kind kind) throws Exception {
    Channel<String> channel = Channel.unbounded();
    Running<Void> owner =
        kind.run(
            () ->
                kind.options()
                    .withName("server")
                    .withTimeout(LONG)
                    .run(
                        group -> {
                          Task<String> reader = group.fork("reader", channel::receive);
                          group.fork("writer", () -> CancelScope.shield(LONG).call(reader::join));
                          group.launch("timer", () -> Selvage.sleep(LONG));
                        }));
    awaitWait("server/reader", "Channel.receive");
    awaitWait("server/writer", "Task.join");
    awaitWait("server/timer", "Selvage.sleep");
    awaitCondition(
        "the owner waits",
        () -> waitsIn(thread(owner.thread()).orElseThrow().activity(), "TaskGroup.end"));

    ThreadNode thread = thread(owner.thread()).orElseThrow();
    Wait end = thread.activity().waiting().orElseThrow();
    assertThat(end.awaited()).isEqualTo("group 'server'");
    assertThat(end.cancellable()).isFalse();

    GroupNode group = (GroupNode) only(thread);
    assertThat(group.name()).isEqualTo("server");
    assertThat(group.tasks()).isEqualTo(3);
    assertThat(group.remaining()).isPresent();
    assertThat(group.cancelled()).isEmpty();
    assertThat(group.children())
        .extracting(node -> ((TaskNode) node).name())
        .containsExactly("server/reader", "server/writer", "server/timer");

    TaskNode writer = (TaskNode) group.children().get(1);
    assertThat(writer.state()).isEqualTo(Task.State.RUNNING);
    assertThat(writer.activity().virtual()).isEqualTo(kind == Kind.VIRTUAL);
    Wait join = writer.activity().waiting().orElseThrow();
    assertThat(join.awaited()).isEqualTo("Task[server/reader, RUNNING]");
    assertThat(join.cancellable()).isTrue();
    assertThat(((ScopeNode) only(writer)).shield()).isTrue();

    assertThat(Dump.take().text())
        .containsSubsequence(
            owner.thread().getName() + " (",
            "\n└ group 'server', 3 tasks, deadline in 59 min",
            "\n  ├ server/reader (",
            "\n  ├ server/writer (",
            "\n  │ └ shield, deadline in 59 min",
            "\n  └ server/timer (");

    channel.send("go");
    awaitCondition(
        "one is left", () -> ((GroupNode) only(thread(owner.thread()).orElseThrow())).tasks() == 1);
    assertThat(find("server/writer")).isEmpty();
    TaskNode timer = task("server/timer");
    assertThat(timer.activity().waiting().orElseThrow().awaited()).isEqualTo("PT1H");
    owner.thread().interrupt();
    assertThat(owner.failure()).isInstanceOf(InterruptedException.class);
  }

  @Test
  void theBodyOfAGroupIsShownBesideItsTasks() throws Exception {
    CountDownLatch done = new CountDownLatch(1);
    TaskGroup.options()
        .withName("outer")
        .run(
            outer -> {
              outer.launch(
                  "deep",
                  () ->
                      TaskGroup.options()
                          .withName("inner")
                          .run(inner -> inner.launch("task", () -> Threads.await(done))));
              awaitWait("outer/deep", "TaskGroup.end");
              CancelScope.create()
                  .run(
                      () -> {
                        GroupNode group = (GroupNode) only(me());
                        assertThat(group.children())
                            .hasExactlyElementsOfTypes(ScopeNode.class, TaskNode.class);
                        GroupNode inner = (GroupNode) only(group.children().getLast());
                        assertThat(inner.name()).isEqualTo("inner");
                        assertThat(((TaskNode) only(inner)).name()).isEqualTo("inner/task");
                      });
              done.countDown();
            });
  }

  @Test
  void aTaskThatIsBlockedInOtherCodeShowsItsLastOperation() throws Exception {
    TaskGroup.run(
        group -> {
          Task<Void> task =
              group.launch(
                  "foreign",
                  () -> {
                    Selvage.checkpoint();
                    Threads.blockInForeignCode();
                  });
          awaitCondition(
              "it blocks",
              () ->
                  find("group/foreign")
                      .filter(it -> it.activity().state() == Thread.State.WAITING)
                      .isPresent());
          Activity activity = task("group/foreign").activity();
          assertThat(activity.waiting()).isEmpty();
          assertThat(activity.operation()).contains("Selvage.checkpoint");
          task.cancel();
        });
  }

  @Test
  void aTaskThatCannotRunYetWaitsForItsTurn() throws Exception {
    Channel<String> channel = Channel.unbounded();
    CountDownLatch release = new CountDownLatch(1);
    TaskGroup.run(
        outer ->
            TaskGroup.options()
                .withName("loop")
                .withLimit(1)
                .run(
                    group -> {
                      group.fork("receiver", channel::receive);
                      awaitWait("loop/receiver", "Channel.receive");
                      group.launch("holder", () -> Threads.await(release));
                      awaitCondition(
                          "the holder has the turn",
                          () -> task("loop/holder").state() == Task.State.RUNNING);
                      group.launch("pending", () -> {});
                      channel.send("item");
                      Activity receiver = task("loop/receiver").activity();
                      assertThat(receiver.waiting()).isEmpty();
                      assertThat(receiver.awaitsTurn()).isTrue();
                      assertThat(receiver.operation()).contains("Channel.receive");
                      assertThat(task("loop/holder").activity().awaitsTurn()).isFalse();
                      assertThat(task("loop/pending").state()).isEqualTo(Task.State.PENDING);
                      assertThat(task("loop/pending").activity().awaitsTurn()).isTrue();
                      release.countDown();
                    }));
  }

  @Test
  void aCancelledTaskShowsItsReason() throws Exception {
    CountDownLatch done = new CountDownLatch(1);
    TaskGroup.run(
        group -> {
          Task<Void> stubborn = group.launch("stubborn", () -> Threads.await(done));
          group.launch("other", () -> Threads.await(done));
          awaitCondition("it runs", () -> stubborn.state() == Task.State.RUNNING);
          stubborn.cancel("not needed");
          assertThat(task("group/stubborn").cancelled()).contains("not needed");
          assertThat(task("group/other").cancelled()).isEmpty();
          group.cancel("all of it");
          assertThat(task("group/stubborn").cancelled()).contains("not needed");
          assertThat(task("group/other").cancelled()).contains("all of it");
          assertThat(((GroupNode) only(me())).cancelled()).contains("all of it");
          done.countDown();
        });
  }

  @Test
  void theStarterOfATaskWaitsForItsStatus() throws Exception {
    Running<Void> owner =
        Kind.VIRTUAL.run(
            () ->
                TaskGroup.run(
                    group -> {
                      var unused =
                          group.start("slow", (TaskStatus<String> status) -> Selvage.sleep(LONG));
                    }));
    awaitCondition(
        "it waits",
        () ->
            thread(owner.thread())
                .filter(node -> waitsIn(node.activity(), "TaskGroup.start"))
                .isPresent());
    awaitWait("group/slow", "Selvage.sleep");
    assertThat(thread(owner.thread()).orElseThrow().activity().waiting().orElseThrow().awaited())
        .isEqualTo("TaskStatus[Task[group/slow, RUNNING], not started]");
    owner.thread().interrupt();
    assertThat(owner.failure()).isInstanceOf(InterruptedException.class);
  }

  // ---- services

  @ParameterizedTest
  @EnumSource
  void aServiceIsShownFromItsBeginningToItsEnd(Kind kind) throws Exception {
    ThreadService.Body body =
        self -> {
          self.started();
          self.scope().await();
        };
    ThreadService service =
        kind == Kind.VIRTUAL
            ? ThreadService.virtual("db", body)
            : ThreadService.platform("db", body);
    Predicate<Node> isIt = node -> node instanceof ThreadNode it && it.name().equals("db");
    assertThat(Dump.take().roots()).noneMatch(isIt);
    service.start().awaitStarted();
    awaitCondition(
        "it waits",
        () ->
            Dump.take().roots().stream()
                .anyMatch(
                    node ->
                        isIt.test(node)
                            && waitsIn(((ThreadNode) node).activity(), "CloseSignal.await")));
    ThreadNode shown =
        (ThreadNode) Dump.take().roots().stream().filter(isIt).findFirst().orElseThrow();
    assertThat(shown.service()).isTrue();
    assertThat(shown.activity().virtual()).isEqualTo(kind == Kind.VIRTUAL);
    assertThat(only(shown)).isInstanceOf(ScopeNode.class);
    assertThat(Dump.take().text()).contains("service db (").contains("for CloseSignal[open]");
    service.stop();
    awaitCondition("it has gone", () -> Dump.take().roots().stream().noneMatch(isIt));
  }
}
