package io.selvage.service;

import static io.selvage.Bodies.failWith;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.selvage.Bodies;
import io.selvage.BrokenResourceException;
import io.selvage.EndOfStreamException;
import io.selvage.Task;
import io.selvage.TaskFailedException;
import io.selvage.TaskGroup;
import io.selvage.Threads;
import io.selvage.channel.Channel;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class PriorityMailboxTest {
  private record Job(int priority, String name) {}

  private final PriorityMailbox<Job> mailbox =
      new PriorityMailbox<>(Job::priority, job -> !job.name().equals("void"));

  private void submit(int priority, String name) {
    assertThat(mailbox.submit(new Job(priority, name))).isTrue();
  }

  @Test
  void givesOutTheHighestPriorityFirstAndWithinOneTheOldest() throws Exception {
    submit(1, "a");
    submit(5, "b");
    submit(1, "c");
    submit(5, "d");
    assertThat(List.of(mailbox.get(), mailbox.get(), mailbox.get(), mailbox.get()))
        .extracting(Job::name)
        .containsExactly("b", "d", "a", "c");
  }

  @Test
  void theFloorParksUntilItIsLiftedAndLiftingWakesTheWaiter() throws Exception {
    mailbox.setFloor(3);
    submit(3, "parked");
    submit(4, "above");
    assertThat(mailbox.get().name()).isEqualTo("above");
    TaskGroup.run(
        group -> {
          Task<Job> taker = group.fork("taker", mailbox::get);
          Threads.awaitCondition("it waits", () -> mailbox.stats().waitingReceivers() == 1);
          assertThat(mailbox.stats().queued()).isEqualTo(1);
          mailbox.liftFloor();
          assertThat(taker.join().name()).isEqualTo("parked");
        });
  }

  @Test
  void aMessageAboveTheFloorIsHandedOverToTheWaiter() throws Exception {
    mailbox.setFloor(3);
    TaskGroup.run(
        group -> {
          Task<Job> taker = group.fork("taker", mailbox::get);
          Threads.awaitCondition("it waits", () -> mailbox.stats().waitingReceivers() == 1);
          submit(2, "parked");
          submit(7, "above");
          assertThat(taker.join().name()).isEqualTo("above");
        });
    assertThat(mailbox.drain()).extracting(Job::name).containsExactly("parked");
  }

  @Test
  void theGateConsumes() throws Exception {
    submit(9, "void");
    submit(1, "real");
    assertThat(mailbox.get().name()).isEqualTo("real");
    assertThat(mailbox.stats().received()).isEqualTo(2);
  }

  @Test
  void drainIgnoresTheFloor() {
    mailbox.setFloor(100);
    submit(1, "a");
    submit(2, "b");
    assertThat(mailbox.drain()).extracting(Job::name).containsExactly("b", "a");
  }

  @Test
  void closingLiftsTheFloorSoThatNothingIsLost() throws Exception {
    mailbox.setFloor(100);
    submit(1, "a");
    TaskGroup.run(
        group -> {
          Task<Job> taker = group.fork("taker", mailbox::get);
          Threads.awaitCondition("it waits", () -> mailbox.stats().waitingReceivers() == 1);
          mailbox.close();
          assertThat(taker.join().name()).isEqualTo("a");
        });
    assertThatThrownBy(mailbox::get).isInstanceOf(EndOfStreamException.class);
    assertThat(mailbox.submit(new Job(1, "late"))).isFalse();
  }

  @Test
  void anActorServesIt() throws Exception {
    List<String> served = new ArrayList<>();
    Actor<Job> actor = Actor.of(mailbox, job -> served.add(job.name()));
    submit(1, "low");
    submit(5, "void");
    submit(5, "high");
    actor.close();
    actor.run();
    assertThat(served).containsExactly("high", "low");
  }

  /** A mailbox with two messages, whose gate takes the first for the end of another channel. */
  private static PriorityMailbox<Job> withGateThatThrows(RuntimeException thrown) {
    PriorityMailbox<Job> guarded =
        new PriorityMailbox<>(
            Job::priority,
            job -> job.name().equals("real") || Bodies.<Boolean, RuntimeException>failWith(thrown));
    guarded.submit(new Job(9, "void"));
    guarded.submit(new Job(1, "real"));
    guarded.close();
    return guarded;
  }

  private static List<RuntimeException> endsOfAChannel() {
    Channel<Integer> ended = Channel.unbounded();
    ended.close();
    Channel<Integer> broken = Channel.unbounded();
    broken.fail(new IllegalStateException("of another channel"));
    return List.of(
        catchThrowableOfType(EndOfStreamException.class, ended::receive),
        catchThrowableOfType(BrokenResourceException.class, broken::receive));
  }

  @Test
  void anExceptionOfTheGateIsNotTakenForTheEndOfTheMailbox() throws Exception {
    for (RuntimeException thrown : endsOfAChannel()) {
      List<String> served = new ArrayList<>();
      PriorityMailbox<Job> guarded = withGateThatThrows(thrown);
      assertThatThrownBy(() -> guarded.forEach(job -> served.add(job.name()))).isSameAs(thrown);
      assertThat(served).isEmpty();
      guarded.forEach(job -> served.add(job.name()));
      assertThat(served).containsExactly("real");
    }
  }

  @Test
  void anExceptionOfTheGateIsAFailureOfAnActor() throws Exception {
    for (RuntimeException thrown : endsOfAChannel()) {
      List<String> served = new ArrayList<>();
      PriorityMailbox<Job> guarded = withGateThatThrows(thrown);
      Actor<Job> serialized = Actor.of(guarded, job -> served.add(job.name()));
      assertThatThrownBy(serialized::run).isSameAs(thrown);
      Actor<Job> concurrent =
          Actor.concurrent(
              withGateThatThrows(thrown),
              TaskGroup.options(),
              (job, baton) -> served.add(job.name()));
      assertThatThrownBy(concurrent::run)
          .isInstanceOf(TaskFailedException.class)
          .cause()
          .isSameAs(thrown);
      assertThat(served).isEmpty();
      concurrent.run();
      assertThat(served).containsExactly("real");
    }
  }

  @Test
  void aPriorityThatCannotBeToldIsTheSendersProblem() {
    PriorityMailbox<String> broken =
        new PriorityMailbox<>(message -> failWith(new IllegalStateException("no idea")));
    assertThatThrownBy(() -> broken.submit("x")).hasMessage("no idea");
    assertThat(broken.stats().queued()).isZero();
  }
}
