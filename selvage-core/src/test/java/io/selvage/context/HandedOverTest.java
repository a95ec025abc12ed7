package io.selvage.context;

import static io.selvage.context.LabelCarrier.LABEL;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.selvage.ClosedResourceException;
import io.selvage.EndOfStreamException;
import io.selvage.LeakCheck;
import io.selvage.TaskGroup;
import io.selvage.Tasks;
import io.selvage.Threads;
import io.selvage.channel.LateSend;
import io.selvage.function.ThrowingConsumer;
import io.selvage.function.ThrowingRunnable;
import io.selvage.interop.Background;
import io.selvage.interop.Futures;
import io.selvage.interop.GroupExecutor;
import io.selvage.interop.HomeThread;
import io.selvage.kernel.CurrentRecord;
import io.selvage.runtime.SelvageRuntime;
import io.selvage.service.Actor;
import io.selvage.service.LoopService;
import io.selvage.service.Mailbox;
import io.selvage.service.PriorityMailbox;
import io.selvage.service.ThreadService;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What services, actors, home threads and the doors to other libraries carry. */
@ExtendWith(LeakCheck.class)
class HandedOverTest {
  private static final ScopedValue<String> USER = ScopedValue.newInstance();

  private final ContextCarrier users = ContextCarrier.scopedValues(USER);
  private final LabelCarrier labels = new LabelCarrier();
  private final List<String> log = new CopyOnWriteArrayList<>();

  @AfterEach
  void nothingIsLeft() {
    assertThat(labels.inside).hasValue(0);
    assertThat(CurrentRecord.handover()).isNull();
    LABEL.remove();
  }

  private static String seen() {
    return "" + LABEL.get();
  }

  // ---- services

  @Test
  void aServiceRunsInTheContextOfItsStart() throws Exception {
    ThreadService service =
        ThreadService.virtual(
            "service",
            self -> {
              log.add(seen());
              TaskGroup.run(group -> log.add(group.fork(HandedOverTest::seen).join()));
              self.started();
            });
    LABEL.set("ann");
    Carrying.run(labels, service::start);
    service.awaitStopped();
    assertThat(log).containsExactly("ann", "ann");
  }

  @Test
  void callsToALoopServiceRunInTheContextOfTheirCaller() throws Exception {
    LABEL.set("ann");
    LoopService service =
        Carrying.call(
            labels,
            () ->
                LoopService.virtual(
                        "loop",
                        self -> {
                          log.add(seen());
                          self.started();
                          self.scope().await();
                        })
                    .start());
    service.awaitStarted();
    LABEL.set("bob");
    assertThat(service.<String, Exception>callSync(HandedOverTest::seen)).isEqualTo("bob");
    assertThat(service.<String, Exception>callSync(HandedOverTest::seen, Threads.PATIENCE))
        .isEqualTo("bob");
    assertThat(service.submit(HandedOverTest::seen).join()).isEqualTo("bob");
    service.execute(() -> log.add(seen())).join();
    service.runSoon(() -> log.add(seen()));
    assertThat(service.taskGroup().fork(HandedOverTest::seen).join()).isEqualTo("bob");
    service.runSync(() -> log.add(service.<String, Exception>callSync(HandedOverTest::seen)));
    service.stop();
    service.awaitStopped();
    assertThat(log).containsExactly("ann", "bob", "bob", "bob");
  }

  @Test
  void aServiceThatWasStartedOutsideCarriesNothing() throws Exception {
    LoopService service = LoopService.virtual("loop").start();
    LABEL.set("ann");
    Carrying.run(
        labels,
        () ->
            assertThat(service.<String, Exception>callSync(HandedOverTest::seen))
                .isEqualTo("null"));
    service.stop();
    service.awaitStopped();
  }

  // ---- mailboxes and actors

  private void submitAs(String name, Actor<String> actor, String message) {
    LABEL.set(name);
    actor.submit(message);
    LABEL.remove();
  }

  private void handleAll(Actor<String> actor) throws Exception {
    submitAs("ann", actor, "1");
    submitAs("bob", actor, "2");
    submitAs("cat", actor, "3");
    actor.close();
    LABEL.set("runner");
    actor.run();
    assertThat(seen()).isEqualTo("runner");
  }

  @Test
  void aSerializedActorHandlesAMessageInTheContextOfItsSender() throws Exception {
    handleAll(Carrying.call(labels, () -> Actor.of(message -> log.add(message + seen()))));
    assertThat(log).containsExactly("1ann", "2bob", "3cat");
  }

  @Test
  void aConcurrentActorDoesSo() throws Exception {
    Actor<String> actor =
        Carrying.call(
            labels,
            () ->
                Actor.concurrent(
                    (message, baton) -> {
                      String first = seen();
                      baton.release();
                      log.add(message + first + seen());
                    }));
    handleAll(actor);
    assertThat(log).containsExactlyInAnyOrder("1annann", "2bobbob", "3catcat");
  }

  @Test
  void aMailboxWithPrioritiesOrdersAndGatesTheMessagesThemselves() throws Exception {
    PriorityMailbox<String> mailbox =
        Carrying.call(
            labels, () -> new PriorityMailbox<>(Long::parseLong, message -> !message.equals("2")));
    handleAll(Actor.of(mailbox, message -> log.add(message + seen())));
    assertThat(log).containsExactly("3cat", "1ann");
  }

  @Test
  void anActorThatWasMadeOutsideCarriesNothing() throws Exception {
    Actor<String> actor = Actor.of(message -> log.add(message + seen()));
    Carrying.run(labels, () -> handleAll(actor));
    assertThat(log).containsExactly("1runner", "2runner", "3runner");
  }

  @Test
  void aValueOfTheRunnerStaysVisibleToASerializedActorIfItsSenderHasNone() throws Exception {
    Actor<String> actor =
        Carrying.call(users, () -> Actor.of(message -> log.add(message + user())));
    submitFromUsers(actor);
    asUser("runner", () -> Carrying.run(users, actor::run));
    assertThat(log).containsExactly("1runner", "2ann");
  }

  @Test
  void aConcurrentActorHandsNothingOfItsRunnerToItsHandlers() throws Exception {
    Actor<String> actor =
        Carrying.call(
            users,
            () ->
                Actor.concurrent(
                    (message, baton) ->
                        log.add(message + user() + Tasks.all(List.of(HandedOverTest::user)))));
    submitFromUsers(actor);
    asUser("runner", () -> Carrying.run(users, actor::run));
    assertThat(log).containsExactly("1nobody[nobody]", "2ann[ann]");
  }

  @Test
  void aConcurrentActorNeedsNoContextOfItsRunner() throws Exception {
    LabelCarrier ofRunner = new LabelCarrier();
    Actor<String> actor = Actor.concurrent((message, baton) -> log.add(message + seen()));
    LABEL.set("runner");
    actor.submit("1");
    actor.submit("2");
    actor.close();
    Carrying.run(ofRunner, actor::run);
    assertThat(log).containsExactly("1null", "2null");
    assertThat(ofRunner.captured).hasValue(0);
  }

  @Test
  void aRunOfAConcurrentActorLeavesTheCarriersOfItsRunnerOn() throws Exception {
    Actor<String> actor =
        Actor.concurrent(
            (message, baton) -> {
              LABEL.set(message);
              log.addAll(Tasks.all(List.of(HandedOverTest::seen)));
            });
    actor.submit("1");
    actor.close();
    Carrying.run(
        labels,
        () -> {
          actor.run();
          LABEL.set("runner");
          log.addAll(Tasks.all(List.of(HandedOverTest::seen)));
        });
    assertThat(log).containsExactly("1", "runner");
  }

  /** The first message comes from a thread without a user, the second one from that of ann. */
  private static void submitFromUsers(Actor<String> actor) throws Exception {
    actor.submit("1");
    asUser("ann", () -> actor.submit("2"));
    actor.close();
  }

  private static void asUser(String name, ThrowingRunnable<Exception> body) throws Exception {
    var unused =
        ScopedValue.where(USER, name)
            .<Boolean, Exception>call(
                () -> {
                  body.run();
                  return true;
                });
  }

  private static String user() {
    return USER.orElse("nobody");
  }

  @Test
  void messagesThatAreTakenByHandAreThemselves() throws Exception {
    Mailbox<String> mailbox = Carrying.call(labels, () -> new Mailbox<String>());
    mailbox.submit("1");
    mailbox.submit("2");
    mailbox.submit("3");
    String first = mailbox.get();
    assertThat(first).isEqualTo("1");
    assertThat(mailbox.drain()).containsExactly("2", "3");
    assertThat(mailbox.sender().trySend("4")).isTrue();
    assertThat(mailbox.get()).isEqualTo("4");
  }

  @Test
  void aMessageOfTheSenderEndHasNoContext() throws Exception {
    Mailbox<String> mailbox = Carrying.call(labels, () -> new Mailbox<String>());
    LABEL.set("ann");
    mailbox.submit("1");
    var unused = mailbox.sender().send("2");
    mailbox.close();
    LABEL.set("runner");
    mailbox.forEach(message -> log.add(message + seen()));
    assertThat(log).containsExactly("1ann", "2runner");
  }

  @Test
  void aReceiverThatIsHandedOutFirstGetsPlainMessages() throws Exception {
    Mailbox<String> mailbox = Carrying.call(labels, () -> new Mailbox<String>());
    var receiver = mailbox.receiver();
    mailbox.submit("1");
    String message = receiver.receive();
    assertThat(message).isEqualTo("1");
    assertThat(mailbox.receiver()).isSameAs(receiver);
    assertThat(labels.captured).hasValue(0);
  }

  @Test
  void aReceiverIsRefusedWhenMessagesWithContextAreThere() throws Exception {
    Mailbox<String> mailbox = Carrying.call(labels, () -> new Mailbox<String>());
    mailbox.submit("1");
    assertThatThrownBy(mailbox::receiver)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("before the first submit");
    assertThat(mailbox.get()).isEqualTo("1");
  }

  @Test
  void aLateSubmitIsDroppedWithoutAContextAndKeepsTheReceiverAvailable() throws Exception {
    Mailbox<String> mailbox = Carrying.call(labels, () -> new Mailbox<String>());
    mailbox.close();
    assertThat(mailbox.submit("late")).isFalse();
    assertThat(labels.captured).hasValue(0);
    var receiver = mailbox.receiver();
    assertThatThrownBy(receiver::receive).isInstanceOf(EndOfStreamException.class);
  }

  @Test
  void aLateSubmitThatThrowsCapturesNothingEither() throws Exception {
    Mailbox<String> mailbox = Carrying.call(labels, () -> new Mailbox<String>(LateSend.THROW));
    mailbox.close();
    assertThatThrownBy(() -> mailbox.submit("late")).isInstanceOf(ClosedResourceException.class);
    assertThat(labels.captured).hasValue(0);
    assertThat(mailbox.receiver()).isNotNull();
  }

  // ---- home threads, and doors to other libraries

  private void onHomeThread(ThrowingConsumer<ExecutorService, Exception> body) throws Exception {
    try (ExecutorService executor =
        Executors.newSingleThreadExecutor(Thread.ofPlatform().name("home").daemon().factory())) {
      body.accept(executor);
      assertThat(executor.submit(HandedOverTest::seen).get()).isEqualTo("null");
    }
  }

  @Test
  void aHomeThreadRunsEachCallInTheContextOfItsCallerAndIsCleanAfterwards() throws Exception {
    onHomeThread(
        executor -> {
          HomeThread home =
              Carrying.call(
                  labels,
                  () ->
                      HomeThread.of(
                              "home",
                              executor,
                              () -> Thread.currentThread().getName().equals("home"))
                          .withUncaughtHandler((call, thrown) -> log.add(seen())));
          LABEL.set("ann");
          assertThat(home.<String, Exception>callSync(HandedOverTest::seen)).isEqualTo("ann");
          home.runSoon(() -> log.add(seen()));
          home.runSoon(
              () -> {
                throw new IllegalStateException();
              });
          home.runSync(() -> log.add(home.<String, Exception>callSync(HandedOverTest::seen)));
          assertThat(log).containsExactly("ann", "null", "ann");
        });
  }

  @Test
  void backgroundWorkRunsInTheContextOfItsStarter() throws Exception {
    LABEL.set("ann");
    try (Background background = Carrying.call(labels, () -> Background.open())) {
      LABEL.set("bob");
      assertThat(background.fork(HandedOverTest::seen).get()).isEqualTo("bob");
    }
  }

  @Test
  void aRuntimeThatIsOpenedInsideCarriesTheContextOfEachSpawn() throws Exception {
    LABEL.set("ann");
    try (SelvageRuntime runtime = Carrying.call(labels, () -> SelvageRuntime.options().open())) {
      LABEL.set("bob");
      assertThat(runtime.spawn(HandedOverTest::seen).join()).isEqualTo("bob");
      LABEL.remove();
      assertThat(runtime.spawn("later", HandedOverTest::seen).join()).isEqualTo("null");
    }
  }

  @Test
  void whatIsSubmittedToAGroupRunsInTheContextOfItsSubmitter() throws Exception {
    LABEL.set("ann");
    Carrying.run(
        labels,
        () ->
            TaskGroup.run(
                group -> {
                  GroupExecutor executor = GroupExecutor.of(group);
                  CountDownLatch done = new CountDownLatch(1);
                  executor.execute(
                      () -> {
                        log.add(seen());
                        done.countDown();
                      });
                  Threads.await(done);
                  try {
                    log.add(executor.submit(HandedOverTest::seen).get());
                    log.add(executor.invokeAny(List.of(HandedOverTest::seen)));
                    log.add(Futures.fork(group, "future", HandedOverTest::seen).get());
                  } catch (java.util.concurrent.ExecutionException e) {
                    throw new AssertionError(e);
                  }
                }));
    assertThat(log).containsExactly("ann", "ann", "ann", "ann");
  }
}
