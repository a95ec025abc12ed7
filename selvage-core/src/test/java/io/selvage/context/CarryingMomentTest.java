package io.selvage.context;

import static io.selvage.context.LabelCarrier.LABEL;
import static org.assertj.core.api.Assertions.assertThat;

import io.selvage.LeakCheck;
import io.selvage.Loop;
import io.selvage.Task;
import io.selvage.TaskGroup;
import io.selvage.ThreadPool;
import io.selvage.interop.GroupExecutor;
import io.selvage.kernel.CurrentRecord;
import io.selvage.service.Actor;
import io.selvage.service.LoopService;
import io.selvage.service.Mailbox;
import io.selvage.service.ThreadService;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Which moment decides whether context is carried: each is tried inside and outside of a block. */
@ExtendWith(LeakCheck.class)
class CarryingMomentTest {
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

  @Test
  void aViewOfAGroupCarriesIfTheGroupWasOpenedInside() throws Exception {
    LABEL.set("ann");
    TaskGroup.run(
        group -> {
          GroupExecutor inside = Carrying.call(labels, () -> GroupExecutor.of(group));
          log.add(resultOf(inside));
        });
    Carrying.run(
        labels,
        () ->
            TaskGroup.run(
                group -> {
                  GroupExecutor outside =
                      Carrying.call(ContextCarrier.none(), () -> GroupExecutor.of(group));
                  log.add(resultOf(outside));
                }));
    assertThat(log).containsExactly("null", "ann");
  }

  private static String resultOf(GroupExecutor executor) throws InterruptedException {
    try {
      return executor.submit(CarryingMomentTest::seen).get();
    } catch (ExecutionException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void aLoopCarriesIfItIsRunInside() throws Exception {
    LABEL.set("ann");
    Loop inside = Carrying.call(labels, () -> new Loop());
    assertThat(inside.<String, Exception>call(CarryingMomentTest::seen)).isEqualTo("null");
    Loop outside = new Loop();
    Carrying.run(
        labels,
        () ->
            assertThat(outside.<String, Exception>call(CarryingMomentTest::seen)).isEqualTo("ann"));
  }

  @Test
  void aCallOfAPoolCarriesIfItIsMadeInside() throws Exception {
    LABEL.set("ann");
    ThreadPool inside = Carrying.call(labels, () -> new ThreadPool(1));
    assertThat(inside.<String, Exception>call(CarryingMomentTest::seen)).isEqualTo("null");
    ThreadPool outside = new ThreadPool(1);
    Carrying.run(
        labels,
        () ->
            assertThat(outside.<String, Exception>call(CarryingMomentTest::seen)).isEqualTo("ann"));
  }

  @Test
  void aServiceCarriesIfItIsStartedInside() throws Exception {
    LABEL.set("ann");
    ThreadService.Body body =
        self -> {
          log.add(seen());
          self.started();
        };
    ThreadService inside = Carrying.call(labels, () -> ThreadService.virtual("made inside", body));
    inside.start().awaitStopped();
    ThreadService outside = ThreadService.virtual("made outside", body);
    Carrying.run(labels, outside::start);
    outside.awaitStopped();
    assertThat(log).containsExactly("null", "ann");
  }

  @Test
  void aServiceWithALoopCarriesIfItIsStartedInside() throws Exception {
    LABEL.set("ann");
    LoopService service = Carrying.call(labels, () -> LoopService.virtual("made inside"));
    service.start();
    assertThat(service.<String, Exception>callSync(CarryingMomentTest::seen)).isEqualTo("null");
    service.stop();
    service.awaitStopped();
  }

  @Test
  void anActorCarriesIfItsMailboxWasMadeInside() throws Exception {
    LABEL.set("ann");
    Mailbox<String> outside = new Mailbox<>();
    Actor<String> plain = Carrying.call(labels, () -> Actor.of(outside, m -> log.add(m + seen())));
    Mailbox<String> inside = Carrying.call(labels, () -> new Mailbox<>());
    Actor<String> carrying = Actor.of(inside, m -> log.add(m + seen()));
    for (Actor<String> actor : List.of(plain, carrying)) {
      LABEL.set("ann");
      actor.submit("1");
      actor.close();
      LABEL.set("runner");
      actor.run();
    }
    assertThat(log).containsExactly("1runner", "1ann");
  }

  @Test
  void anActionThatIsAddedAfterTheEndSeesTheValuesOfItsAdder() throws Exception {
    LABEL.set("ann");
    Carrying.run(
        labels,
        () ->
            TaskGroup.run(
                group -> {
                  Task<?> ended = group.launch(() -> {});
                  ended.join();
                  LABEL.set("bob");
                  ended.onEnd(() -> log.add(seen()));
                }));
    assertThat(log).containsExactly("bob");
  }
}
