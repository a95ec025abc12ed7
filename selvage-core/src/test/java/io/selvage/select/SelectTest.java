package io.selvage.select;

import static io.selvage.Threads.awaitCondition;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.selvage.BrokenResourceException;
import io.selvage.CancelScope;
import io.selvage.ClosedResourceException;
import io.selvage.Deadline;
import io.selvage.EndOfStreamException;
import io.selvage.GroupOptions.FailurePolicy;
import io.selvage.LeakCheck;
import io.selvage.Task;
import io.selvage.TaskCancelledException;
import io.selvage.TaskFailedException;
import io.selvage.TaskGroup;
import io.selvage.Threads.Kind;
import io.selvage.Threads.Running;
import io.selvage.channel.Channel;
import io.selvage.sync.Event;
import io.selvage.sync.Lock;
import io.selvage.sync.Semaphore;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@ExtendWith(LeakCheck.class)
class SelectTest {
  private final Channel<String> a = Channel.rendezvous();
  private final Channel<Integer> b = Channel.rendezvous();
  private final Channel<String> full = Channel.bounded(1);
  private final Event event = new Event();

  SelectTest() {
    full.trySend("first");
  }

  private static void awaitReceiver(Channel<?> channel) {
    awaitCondition("a receiver waits", () -> channel.stats().waitingReceivers() == 1);
  }

  private static void awaitSender(Channel<?> channel) {
    awaitCondition("a sender waits", () -> channel.stats().waitingSenders() == 1);
  }

  private void assertNoTraces() {
    for (Channel<?> channel : List.of(a, b, full)) {
      assertThat(channel.stats().waitingReceivers()).isZero();
      assertThat(channel.stats().waitingSenders()).isZero();
    }
    assertThat(event.waiting()).isZero();
  }

  // ---- what is possible now

  @Test
  void theFirstPossibleClauseIsPerformedAndTheOthersAreNot() throws Exception {
    Channel<String> one = Channel.unbounded();
    Channel<String> two = Channel.unbounded();
    one.send("from one");
    two.send("from two");
    assertThat(
            Select.<Object, RuntimeException>first(a.onReceive(), two.onReceive(), one.onReceive()))
        .isEqualTo("from two");
    assertThat(one.stats().queued()).isEqualTo(1);
    assertNoTraces();
  }

  @Test
  void theBodyComputesTheResultFromTheValue() throws Exception {
    Channel<Integer> numbers = Channel.unbounded();
    numbers.send(20);
    String text =
        Select.first(
            a.onReceive().call(item -> "text " + item),
            numbers.onReceive().call(number -> "number " + (number + 1)));
    assertThat(text).isEqualTo("number 21");
  }

  @Test
  void bodiesWithoutResultGiveNull() throws Exception {
    List<String> got = new ArrayList<>();
    event.set();
    assertThat(
            Select.<Void, RuntimeException>first(
                a.onReceive().run(got::add), event.onSet().run(() -> got.add("event"))))
        .isNull();
    assertThat(got).containsExactly("event");
  }

  @Test
  void anExceptionOfTheBodyIsThrownAndTheOperationHasHappened() throws Exception {
    Channel<String> jobs = Channel.unbounded();
    jobs.send("job");
    IOException failure = new IOException("no");
    assertThatThrownBy(
            () ->
                Select.first(
                    jobs.onReceive()
                        .call(
                            job -> {
                              throw failure;
                            })))
        .isSameAs(failure);
    assertThat(jobs.stats().queued()).isZero();
  }

  @Test
  void aSendIsPerformedIfThereIsRoom() throws Exception {
    Channel<String> room = Channel.bounded(1);
    String done =
        Select.first(
            full.onSend("x").call(() -> "sent to full"), room.onSend("y").call(() -> "sent"));
    assertThat(done).isEqualTo("sent");
    assertThat(room.drain()).containsExactly("y");
    assertThat(full.drain()).containsExactly("first");
  }

  @Test
  void otherwiseIsPerformedIfNothingElseIsPossible() throws Exception {
    assertThat(
            Select.first(
                Select.otherwise().call(() -> "nothing"),
                a.onReceive(),
                full.onSend("x").call(() -> "sent")))
        .isEqualTo("nothing");
    event.set();
    assertThat(
            Select.first(
                Select.otherwise().call(() -> "nothing"), event.onSet().call(() -> "event")))
        .isEqualTo("event");
    assertNoTraces();
  }

  @Test
  void locksAndPermitsAreHeldByTheSelectingThread() throws Exception {
    Lock lock = new Lock();
    Semaphore none = new Semaphore(0);
    try (Lock.Guard guard =
        Select.first(
            none.onAcquire().call(permit -> lock.tryAcquire().orElseThrow()), lock.onAcquire())) {
      assertThat(lock.isLocked()).isTrue();
      assertThatThrownBy(lock::acquire).isInstanceOf(IllegalStateException.class);
      assertThat(guard).isNotNull();
    }
    assertThat(lock.isLocked()).isFalse();
    assertThat(none.waiting()).isZero();
  }

  @Test
  void aClauseThatIsSwitchedOffIsIgnored() throws Exception {
    event.set();
    assertThat(
            Select.first(
                Select.when(false, event.onSet().call(() -> "off")),
                Select.when(true, event.onSet().call(() -> "on"))))
        .isEqualTo("on");
  }

  @Test
  void aFairSelectGivesEachPossibleClauseItsChance() throws Exception {
    Channel<Integer> one = Channel.unbounded();
    Channel<Integer> two = Channel.unbounded();
    IntStream.range(0, 200).forEach(i -> one.trySend(1));
    IntStream.range(0, 200).forEach(i -> two.trySend(2));
    Set<Integer> seen = new HashSet<>();
    for (int i = 0; i < 200; i++) {
      seen.add(Select.fair(one.onReceive(), two.onReceive()));
    }
    assertThat(seen).containsExactlyInAnyOrder(1, 2);
  }

  // ---- waiting

  @ParameterizedTest
  @EnumSource
  void aSelectWaitsUntilAnItemCanBeReceived(Kind kind) throws Exception {
    Running<String> selecting =
        kind.start(
            () ->
                Select.first(
                    a.onReceive(),
                    b.onReceive().call(n -> "number " + n),
                    event.onSet().call(() -> "event")));
    awaitReceiver(b);
    b.send(3);
    assertThat(selecting.get()).isEqualTo("number 3");
    assertNoTraces();
  }

  @ParameterizedTest
  @EnumSource
  void aSelectWaitsUntilAnItemCanBeSent(Kind kind) throws Exception {
    Running<String> selecting =
        kind.start(
            () ->
                Select.first(
                    full.onSend("x").call(() -> "sent x"), b.onSend(7).call(() -> "sent 7")));
    awaitSender(full);
    assertThat(full.receive()).isEqualTo("first");
    assertThat(selecting.get()).isEqualTo("sent x");
    assertThat(full.receive()).isEqualTo("x");
    assertNoTraces();
  }

  @Test
  void aSelectWaitsForAnEventALockAndAPermit() throws Exception {
    Lock lock = new Lock();
    Lock.Guard other = lock.acquire();
    Semaphore semaphore = new Semaphore(0);
    for (Runnable wake : List.<Runnable>of(event::set, other::close, () -> semaphore.add(1))) {
      event.clear();
      Running<String> selecting =
          Kind.VIRTUAL.start(
              () ->
                  Select.first(
                      event.onSet().call(() -> "event"),
                      lock.onAcquire()
                          .call(
                              guard -> {
                                guard.close();
                                return "lock";
                              }),
                      semaphore.onAcquire().call(permit -> "permit")));
      awaitCondition("it waits", () -> event.waiting() == 1 || lock.waiting() == 0);
      wake.run();
      assertThat(selecting.get()).isIn("event", "lock", "permit");
    }
    assertNoTraces();
    assertThat(lock.waiting()).isZero();
    assertThat(semaphore.waiting()).isZero();
    assertThat(lock.isLocked()).isFalse();
  }

  @Test
  void theEarliestTimeEndsAWaitThatGetsNothing() throws Exception {
    String done =
        Select.first(
            a.onReceive(),
            Select.after(Duration.ofHours(1)).call(() -> "late"),
            Select.after(Duration.ofMillis(1)).call(() -> "early"));
    assertThat(done).isEqualTo("early");
    assertThat(Select.first(a.onReceive(), Select.after(Duration.ZERO).call(() -> "now")))
        .isEqualTo("now");
    assertNoTraces();
  }

  @Test
  void aSelectWaitsForTheEndOfATask() throws Exception {
    String done =
        TaskGroup.call(
            group -> {
              Task<String> slow =
                  group.fork(
                      "slow",
                      () -> {
                        event.await();
                        return "result";
                      });
              Task<?> setter = group.launch("setter", event::set);
              String got = Select.first(a.onReceive(), slow.onJoin());
              setter.join();
              String again = Select.first(slow.onJoin().call(result -> "again " + result));
              assertThat(again).isEqualTo("again result");
              return got;
            });
    assertThat(done).isEqualTo("result");
    assertNoTraces();
  }

  @Test
  void aFailedOrCancelledTaskIsReportedAsByJoin() {
    IOException failure = new IOException("no");
    assertThatThrownBy(
            () ->
                TaskGroup.options()
                    .withPolicy(FailurePolicy.COLLECT)
                    .run(
                        group -> {
                          Task<?> failing =
                              group.launch(
                                  "failing",
                                  () -> {
                                    throw failure;
                                  });
                          assertThatThrownBy(() -> Select.first(a.onReceive(), failing.onJoin()))
                              .isInstanceOf(TaskFailedException.class)
                              .hasCause(failure);
                          Task<?> cancelled = group.launch("cancelled", () -> a.receive());
                          awaitReceiver(a);
                          cancelled.cancel("enough");
                          assertThatThrownBy(() -> Select.first(b.onReceive(), cancelled.onJoin()))
                              .isInstanceOf(TaskCancelledException.class);
                        }))
        .isInstanceOf(TaskFailedException.class)
        .hasCause(failure);
    assertNoTraces();
  }

  @Test
  void aSelectWaitsNoLongerThanUntilADeadline() throws Exception {
    Deadline near = Deadline.after(Duration.ofMillis(1));
    assertThat(Select.first(a.onReceive(), near.onReached().call(() -> "late"))).isEqualTo("late");
    event.set();
    assertThat(
            Select.first(
                Deadline.NEVER.onReached().call(() -> "never"), event.onSet().call(() -> "event")))
        .isEqualTo("event");
    assertNoTraces();
  }

  @ParameterizedTest
  @EnumSource
  void aCancelledSelectHasPerformedNothing(Kind kind) throws Exception {
    CancelScope scope = CancelScope.create();
    Running<Boolean> selecting =
        kind.start(
            () ->
                scope.run(
                    () ->
                        Select.first(a.onReceive(), full.onSend("x"), event.onSet(), b.onSend(1))));
    awaitReceiver(a);
    scope.cancel("no longer wanted");
    selecting.get();
    assertNoTraces();
    assertThat(full.drain()).containsExactly("first");
  }

  // ---- the end of channels

  @Test
  void theEndOfAChannelCountsAsPossible() throws Exception {
    a.close("over");
    assertThatThrownBy(() -> Select.first(b.onReceive(), a.onReceive()))
        .isInstanceOf(EndOfStreamException.class)
        .hasMessage("over");
    assertThatThrownBy(() -> Select.first(b.onReceive(), a.onSend("x")))
        .isInstanceOf(ClosedResourceException.class);
    String end = Select.first(a.onReceiveOrEnd().call(item -> item == null ? "end" : item));
    assertThat(end).isEqualTo("end");
    b.fail(new IOException("broken"));
    assertThatThrownBy(() -> Select.first(b.onReceiveOrEnd()))
        .isInstanceOf(BrokenResourceException.class);
    assertNoTraces();
  }

  @Test
  void aCloseWakesAWaitingSelect() throws Exception {
    Running<Throwable> receiving =
        Kind.VIRTUAL.start(() -> catchThrowable(() -> Select.first(b.onReceive(), a.onReceive())));
    awaitReceiver(a);
    a.close();
    assertThat(receiving.get()).isInstanceOf(EndOfStreamException.class);
    Running<Throwable> sending =
        Kind.VIRTUAL.start(() -> catchThrowable(() -> Select.first(b.onSend(1), full.onSend("x"))));
    awaitSender(full);
    full.close();
    assertThat(sending.get()).isInstanceOf(ClosedResourceException.class);
    assertNoTraces();
  }

  // ---- selects that meet

  @Test
  void twoSelectsMeetOnARendezvous() throws Exception {
    Running<String> receiving =
        Kind.VIRTUAL.start(
            () -> Select.first(a.onReceive(), b.onReceive().call(n -> "number " + n)));
    awaitReceiver(a);
    String sent =
        Select.first(b.onSend(5).call(() -> "sent to b"), a.onSend("x").call(() -> "sent to a"));
    assertThat(sent).isEqualTo("sent to b");
    assertThat(receiving.get()).isEqualTo("number 5");
    assertNoTraces();
  }

  @Test
  void aSelectDoesNotMeetItself() throws Exception {
    Running<String> both =
        Kind.VIRTUAL.start(() -> Select.first(a.onSend("x").call(() -> "sent"), a.onReceive()));
    awaitReceiver(a);
    awaitSender(a);
    assertThat(both.isDone()).isFalse();
    assertThat(a.receive()).isEqualTo("x");
    assertThat(both.get()).isEqualTo("sent");
    assertNoTraces();
  }

  @Test
  void manySelectsThatSendAndReceiveCrosswiseLoseNothing() throws Exception {
    int rounds = 2_000;
    Channel<Integer> left = Channel.rendezvous();
    Channel<Integer> right = Channel.rendezvous();
    List<Running<int[]>> running = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      boolean leftFirst = i % 2 == 0;
      running.add(Kind.VIRTUAL.start(() -> crosswise(left, right, rounds, leftFirst)));
    }
    int sent = 0;
    int received = 0;
    for (Running<int[]> one : running) {
      sent += one.get()[0];
      received += one.get()[1];
    }
    assertThat(sent).isEqualTo(received);
    assertThat(sent + received).isEqualTo(4 * rounds);
    assertThat(left.stats().waitingSenders() + right.stats().waitingSenders()).isZero();
  }

  /** Sends to one channel or receives from the other, so many times. */
  private static int[] crosswise(
      Channel<Integer> left, Channel<Integer> right, int rounds, boolean leftFirst)
      throws InterruptedException {
    int[] counts = new int[2];
    for (int round = 0; round < rounds; round++) {
      Channel<Integer> out = leftFirst ? left : right;
      Channel<Integer> in = leftFirst ? right : left;
      int item = round;
      int done = Select.first(out.onSend(item).call(() -> 0), in.onReceive().call(got -> 1));
      counts[done]++;
    }
    return counts;
  }

  // ---- bad input

  @Test
  void badInputIsRefusedAtOnce() throws Exception {
    assertThatThrownBy(Select::first)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("clauses must have one that is switched on, was empty");
    assertThatThrownBy(() -> Select.first(Select.when(false, a.onReceive())))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("all 1 are off");
    assertThatThrownBy(() -> Select.first(a.onReceive(), null))
        .isInstanceOf(NullPointerException.class)
        .hasMessage("element 1 of clauses must not be null");
    assertThatThrownBy(() -> Select.first(new Clause<String, RuntimeException>() {}))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("element 0 of clauses must come from a method of this library");
    event.set();
    Trigger used = event.onSet();
    Select.first(used);
    assertThatThrownBy(() -> Select.first(used))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("a clause can be used once");
    assertThatThrownBy(
            () -> {
              Selectable<String> receive = a.onReceive();
              receive.call(item -> item);
              receive.call(item -> item);
            })
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("has a body already");
    assertThatThrownBy(() -> Select.after(Duration.ofMillis(-1)))
        .isInstanceOf(IllegalArgumentException.class);
    assertNoTraces();
  }
}
