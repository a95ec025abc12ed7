package io.selvage.observe;

import static io.selvage.Threads.LONG;
import static io.selvage.Threads.awaitCondition;
import static io.selvage.observe.Dumps.all;
import static io.selvage.observe.Dumps.me;
import static io.selvage.observe.Dumps.thread;
import static io.selvage.observe.Dumps.waitsIn;
import static org.assertj.core.api.Assertions.assertThat;

import io.selvage.CancelScope;
import io.selvage.LeakCheck;
import io.selvage.Selvage;
import io.selvage.Task;
import io.selvage.TaskGroup;
import io.selvage.Threads;
import io.selvage.Threads.Kind;
import io.selvage.Threads.Running;
import io.selvage.channel.Channel;
import io.selvage.kernel.Machine;
import io.selvage.kernel.ThreadRecord;
import io.selvage.kernel.support.TextEscaper;
import io.selvage.observe.Dump.MoreNode;
import io.selvage.observe.Dump.Node;
import io.selvage.service.RequestRegistry;
import io.selvage.service.ThreadService;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a dump must not do, how large it gets, and that it can be taken at any time. */
@ExtendWith(LeakCheck.class)
class DumpLimitsTest {
  // ---- what a dump must not do

  /** A key whose text a dump must not ask for. */
  private record Trap(AtomicBoolean asked) {
    @Override
    public String toString() {
      asked.set(true);
      return "trap";
    }
  }

  @Test
  void noForeignCodeIsAskedForItsText() throws Exception {
    AtomicBoolean asked = new AtomicBoolean();
    RequestRegistry<Trap, String> registry = new RequestRegistry<>();
    Trap key = new Trap(asked);
    Running<String> client = Kind.VIRTUAL.start(() -> registry.request(key, handle -> {}));
    awaitCondition(
        "it waits",
        () ->
            thread(client.thread())
                .filter(node -> waitsIn(node.activity(), "ReplyHandle.await"))
                .isPresent());
    assertThat(Dump.take().text()).contains("for ReplyHandle[Trap@");
    assertThat(asked).isFalse();
    registry.resolve(key, "done");
    assertThat(client.get()).isEqualTo("done");
  }

  @Test
  void anObjectWhoseToStringFailsIsShownByItsClass() {
    Object broken =
        new Object() {
          @Override
          public String toString() {
            throw new IllegalStateException("broken");
          }
        };
    assertThat(TextEscaper.textOf(broken)).isEqualTo(broken.getClass().getName());
  }

  @Test
  void aDumpNeitherThrowsNorForgetsACancellationOrAnInterrupt() throws Exception {
    CancelScope scope = CancelScope.create();
    scope.run(
        () -> {
          scope.cancel("stop");
          Threads.awaitCondition("the flag is set", Thread.currentThread()::isInterrupted);
          assertThat(Dump.take().text()).contains("cancelled: stop");
          assertThat(Thread.currentThread().isInterrupted()).isTrue();
        });
    assertThat(scope.cancelledCaught()).isFalse();
  }

  // ---- large ones

  @Test
  void levelsThatAreTooDeepAreLeftOut() throws Exception {
    nested(
        150,
        () -> {
          List<Node> nodes = all(List.of(me())).toList();
          assertThat(nodes).hasSize(101);
          assertThat(nodes.getLast()).isEqualTo(new MoreNode("deeper levels"));
        });
  }

  private static void nested(int levels, Runnable body) throws InterruptedException {
    if (levels == 0) {
      body.run();
    } else {
      CancelScope.create().run(() -> nested(levels - 1, body));
    }
  }

  @Test
  void nodesThatAreTooManyAreCounted() throws Exception {
    Machine machine = ThreadRecord.current().machine();
    CountDownLatch done = new CountDownLatch(1);
    TaskGroup.run(
        group -> {
          for (int i = 0; i < 200; i++) {
            group.launch(() -> Threads.await(done));
          }
          Dump dump = DumpBuilder.of(machine, 100, 100);
          List<Node> nodes = all(dump.roots()).toList();
          assertThat(nodes).hasSizeBetween(100, 110);
          assertThat(nodes)
              .filteredOn(MoreNode.class::isInstance)
              .extracting(node -> ((MoreNode) node).what())
              .anyMatch(what -> what.matches("\\d+ more tasks"));
          done.countDown();
        });
    CancelScope.create()
        .run(
            () ->
                assertThat(DumpBuilder.of(machine, 100, 0).roots())
                    .allMatch(MoreNode.class::isInstance)
                    .hasSize(1));
  }

  // ---- races

  @ParameterizedTest
  @EnumSource
  void aDumpCanBeTakenWhileEverythingChanges(Kind kind) throws Exception {
    AtomicBoolean over = new AtomicBoolean();
    List<Running<Integer>> takers = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      takers.add(Kind.PLATFORM.start(() -> takeUntil(over))); // they never wait
    }
    try {
      for (int round = 0; round < 20; round++) {
        ThreadService service = ThreadService.virtual("brief", ThreadService::started).start();
        List<Running<Void>> owners = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
          owners.add(kind.run(DumpLimitsTest::commotion));
        }
        for (Running<Void> owner : owners) {
          var unused = owner.get();
        }
        service.awaitStopped();
      }
    } finally {
      over.set(true);
    }
    for (Running<Integer> taker : takers) {
      assertThat(taker.get()).isPositive();
    }
  }

  private static int takeUntil(AtomicBoolean over) {
    int taken = 0;
    do {
      Dump dump = Dump.take();
      assertThat(dump.text()).isNotEmpty();
      assertThat(Json.parseObject(dump.json())).containsKey("threads");
      taken++;
    } while (!over.get());
    return taken;
  }

  private static void commotion() throws InterruptedException, TimeoutException {
    Channel<Integer> channel = Channel.unbounded();
    TaskGroup.options()
        .withName("race")
        .withLimit(2)
        .run(
            group -> {
              Task<Integer> receiver = group.fork(channel::receive);
              for (int i = 0; i < 10; i++) {
                group.fork(() -> CancelScope.shield(LONG).run(Selvage::checkpoint));
                group.launch(
                    () -> TaskGroup.run(inner -> inner.launch(() -> Selvage.sleep(LONG)).cancel()));
              }
              channel.send(1);
              CancelScope.failAfter(LONG).call(() -> assertThat(receiver.join()).isEqualTo(1));
              group.cancel("enough");
            });
  }
}
