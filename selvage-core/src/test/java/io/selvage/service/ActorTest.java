package io.selvage.service;

import static io.selvage.Threads.awaitCondition;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.selvage.BrokenResourceException;
import io.selvage.CancelScope;
import io.selvage.LeakCheck;
import io.selvage.Selvage;
import io.selvage.TaskFailedException;
import io.selvage.TaskGroup;
import io.selvage.Threads.Kind;
import io.selvage.Threads.Running;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@ExtendWith(LeakCheck.class)
final class ActorTest {
  private final List<String> events = new CopyOnWriteArrayList<>();

  private static <T> Running<Void> running(Kind kind, Actor<T> actor) {
    return kind.run(actor::run);
  }

  // ---- serialized

  @ParameterizedTest
  @EnumSource
  void messagesAreHandledOneAtATimeInTheOrderOfTheirArrival(Kind kind) throws Exception {
    List<Integer> handled = new ArrayList<>(); // no lock: the handler is serialized
    Actor<Integer> actor = Actor.of(handled::add);
    assertThat(actor.submit(0)).isTrue();
    Running<Void> runner = running(kind, actor);
    for (int i = 1; i < 100; i++) {
      actor.submit(i);
    }
    actor.close();
    runner.get();
    assertThat(handled).hasSize(100).isSorted();
  }

  @Test
  void theHandlerRunsOnTheThreadThatRunsTheActor() throws Exception {
    Actor<String> actor = Actor.of(message -> events.add(Thread.currentThread().getName()));
    actor.submit("a");
    actor.close();
    actor.run();
    assertThat(events).containsExactly(Thread.currentThread().getName());
  }

  @Test
  void runReturnsWhenTheMailboxIsClosedAndEmpty() throws Exception {
    Actor<String> actor = Actor.of(events::add);
    actor.submit("a");
    actor.submit("b");
    actor.close();
    actor.run();
    assertThat(events).containsExactly("a", "b");
    assertThat(actor.mailbox().drain()).isEmpty();
    actor.run();
  }

  @Test
  void runThrowsWhatTheMailboxFailedWithAfterTheMessagesInIt() {
    IOException failure = new IOException("reader died");
    Actor<String> actor = Actor.of(events::add);
    actor.submit("a");
    actor.mailbox().fail(failure);
    assertThatThrownBy(actor::run).isInstanceOf(BrokenResourceException.class).hasCause(failure);
    assertThat(events).containsExactly("a");
  }

  @Test
  void whatTheHandlerThrowsLeavesTheRestInAnOpenMailbox() throws Exception {
    IOException failure = new IOException("bad message");
    Actor<String> actor =
        Actor.of(
            message -> {
              if (message.equals("bad")) {
                throw failure;
              }
              events.add(message);
            });
    actor.submit("bad");
    actor.submit("good");
    assertThatThrownBy(actor::run).isSameAs(failure);
    assertThat(actor.mailbox().isClosed()).isFalse();
    assertThat(actor.submit("more")).isTrue();
    actor.close();
    actor.run();
    assertThat(events).containsExactly("good", "more");
  }

  @Test
  void handleCallsTheHandlerOnceOnTheCallingThread() throws Exception {
    Actor<String> actor = Actor.of(events::add);
    actor.handle("direct");
    Actor<String> concurrent =
        Actor.concurrent(
            (message, baton) -> {
              events.add(message + " " + baton.isReleased());
              baton.release();
            });
    concurrent.handle("direct");
    assertThat(events).containsExactly("direct", "direct false");
    assertThatThrownBy(() -> actor.handle(null)).isInstanceOf(NullPointerException.class);
  }

  @Test
  void submitAfterCloseIsRefused() {
    Actor<String> actor = Actor.of(events::add);
    actor.close();
    assertThat(actor.submit("late")).isFalse();
  }

  @Test
  void aMailboxCanBeSharedWithTheActor() throws Exception {
    Mailbox<String> mailbox = new Mailbox<>();
    Actor<String> actor = Actor.of(mailbox, events::add);
    assertThat(actor.mailbox()).isSameAs(mailbox);
    mailbox.submit("a");
    mailbox.close();
    actor.run();
    assertThat(events).containsExactly("a");
    assertThat(actor.toString()).startsWith("Actor[serialized, Mailbox[");
  }

  @ParameterizedTest
  @EnumSource
  void runningItTwiceAtOnceIsRefused(Kind kind) throws Exception {
    Actor<String> actor = Actor.of(events::add);
    Running<Void> runner = running(kind, actor);
    awaitCondition(
        "the actor waits for a message", () -> actor.mailbox().stats().waitingReceivers() == 1);
    assertThatThrownBy(actor::run)
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("this actor is running already; run it once at a time");
    actor.close();
    runner.get();
  }

  @ParameterizedTest
  @EnumSource
  void aCancelledRunLosesNoMessage(Kind kind) throws Exception {
    for (boolean concurrent : new boolean[] {false, true}) {
      List<Integer> handled = new CopyOnWriteArrayList<>();
      Actor<Integer> actor =
          concurrent
              ? Actor.concurrent((message, baton) -> handled.add(message))
              : Actor.of(handled::add);
      int sent = 0;
      for (int round = 0; round < 30; round++) {
        CancelScope around = CancelScope.create();
        Running<Boolean> runner = kind.start(() -> around.run(actor::run));
        awaitCondition("it is inside", around::isActive);
        actor.submit(sent++);
        actor.submit(sent++);
        around.cancel();
        assertThat(runner.get()).isFalse();
      }
      handled.addAll(actor.mailbox().drain());
      assertThat(handled).hasSize(sent).isSorted();
    }
  }

  // ---- concurrent

  @ParameterizedTest
  @EnumSource
  void withoutReleaseAConcurrentActorIsSerialized(Kind kind) throws Exception {
    Actor<Integer> actor =
        Actor.concurrent(
            (message, baton) -> {
              assertThat(baton.isReleased()).isFalse();
              events.add("start" + message);
              Selvage.checkpoint();
              events.add("end" + message);
            });
    actor.submit(1);
    actor.submit(2);
    actor.close();
    running(kind, actor).get();
    assertThat(events).containsExactly("start1", "end1", "start2", "end2");
  }

  @ParameterizedTest
  @EnumSource
  void afterAReleaseTheNextMessageIsHandledMeanwhile(Kind kind) throws Exception {
    CloseSignal third = new CloseSignal();
    Actor<Integer> actor =
        Actor.concurrent(
            (message, baton) -> {
              events.add("start" + message);
              if (message == 1) {
                baton.release();
                third.await();
              }
              events.add("end" + message);
              if (message == 3) {
                third.close();
              }
            });
    List.of(1, 2, 3).forEach(actor::submit);
    actor.close();
    running(kind, actor).get();
    assertThat(events).containsExactly("start1", "start2", "end2", "start3", "end3", "end1");
  }

  @ParameterizedTest
  @EnumSource
  void handlersThatReleasedRunAtTheSameTime(Kind kind) throws Exception {
    CloseSignal one = new CloseSignal();
    CloseSignal two = new CloseSignal();
    Actor<Integer> actor =
        Actor.concurrent(
            (message, baton) -> {
              baton.release();
              (message == 1 ? one : two).close();
              (message == 1 ? two : one).await();
            });
    actor.submit(1);
    actor.submit(2);
    actor.close();
    running(kind, actor).get();
  }

  @Test
  void inALimitedGroupTheNextMessageStartsWhenTheHandlerSuspends() throws Exception {
    Actor<Integer> actor =
        Actor.concurrent(
            new Mailbox<>(),
            TaskGroup.options().withLimit(1),
            (message, baton) -> {
              events.add("start" + message);
              baton.release();
              events.add("released" + message);
              Selvage.sleep(java.time.Duration.ofMillis(1));
              events.add("end" + message);
            });
    actor.submit(1);
    actor.submit(2);
    actor.close();
    actor.run();
    assertThat(events.indexOf("released1")).isEqualTo(1);
    assertThat(events.indexOf("released2")).isEqualTo(events.indexOf("start2") + 1);
  }

  @Test
  void releaseMayBeCalledAgainAndTheEndReleases() throws Exception {
    List<Baton> batons = new CopyOnWriteArrayList<>();
    Actor<Integer> actor =
        Actor.concurrent(
            (message, baton) -> {
              batons.add(baton);
              if (message == 1) {
                baton.release();
                baton.release();
              }
            });
    actor.submit(1);
    actor.submit(2);
    actor.close();
    actor.run();
    assertThat(batons).hasSize(2).allMatch(Baton::isReleased);
    batons.getFirst().release();
    assertThat(batons.getFirst()).hasToString("Baton[released]");
  }

  @ParameterizedTest
  @EnumSource
  void whatPrecedesTheReleaseHappensBeforeTheNextMessage(Kind kind) throws Exception {
    int[] strict = {0}; // no lock: the baton orders the strict parts
    Map<Integer, Integer> seen = new ConcurrentHashMap<>();
    Actor<Integer> actor =
        Actor.concurrent(
            (message, baton) -> {
              seen.put(message, strict[0]++);
              baton.release();
              Selvage.checkpoint();
            });
    for (int i = 0; i < 200; i++) {
      actor.submit(i);
    }
    actor.close();
    running(kind, actor).get();
    assertThat(strict[0]).isEqualTo(200);
    assertThat(seen).allSatisfy((message, order) -> assertThat(order).isEqualTo(message));
  }

  @ParameterizedTest
  @EnumSource
  void runReturnsOnlyAfterReleasedHandlersHaveEnded(Kind kind) throws Exception {
    CloseSignal go = new CloseSignal();
    CloseSignal released = new CloseSignal();
    Actor<Integer> actor =
        Actor.concurrent(
            (message, baton) -> {
              baton.release();
              released.close();
              go.await();
              events.add("handler ended");
            });
    actor.submit(1);
    actor.close();
    Running<Void> runner = running(kind, actor);
    released.await();
    assertThat(runner.thread().isAlive()).isTrue();
    go.close();
    runner.get();
    assertThat(events).containsExactly("handler ended");
  }

  @Test
  void aFailedMailboxLetsReleasedHandlersEndFirst() {
    IOException failure = new IOException("reader died");
    CloseSignal failed = new CloseSignal();
    Actor<Integer> actor =
        Actor.concurrent(
            (message, baton) -> {
              baton.release();
              failed.await();
              Selvage.checkpoint();
              events.add("ended");
            });
    actor.submit(1);
    actor.mailbox().fail(failure);
    failed.close();
    assertThatThrownBy(actor::run).isInstanceOf(BrokenResourceException.class).hasCause(failure);
    assertThat(events).containsExactly("ended");
  }

  @ParameterizedTest
  @EnumSource
  void aFailingHandlerCancelsTheOthersAndRunThrowsAll(Kind kind) throws Exception {
    IOException failure = new IOException("bad");
    Actor<Integer> actor =
        Actor.concurrent(
            (message, baton) -> {
              if (message == 2) {
                throw failure;
              }
              baton.release();
              try {
                new CloseSignal().await();
              } finally {
                events.add("cancelled " + message);
              }
            });
    List.of(1, 2, 3).forEach(actor::submit);
    Running<Void> runner = running(kind, actor);
    assertThatThrownBy(runner::get).isInstanceOf(TaskFailedException.class).hasCause(failure);
    assertThat(events).containsExactly("cancelled 1");
    assertThat(actor.mailbox().isClosed()).isFalse();
    assertThat(actor.mailbox().drain()).containsExactly(3);
    assertThat(actor.toString()).startsWith("Actor[concurrent, ");
  }
}
