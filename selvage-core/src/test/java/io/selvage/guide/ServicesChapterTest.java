package io.selvage.guide;

import static io.selvage.Threads.awaitBlocked;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;

import io.selvage.ChildJvm;
import io.selvage.Threads.Kind;
import io.selvage.Threads.Running;
import io.selvage.channel.Channel;
import io.selvage.kernel.jvm.JdkSignals;
import io.selvage.service.ThreadService;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** Runs the code of the chapter on services and shutdown. */
class ServicesChapterTest {

  @Test
  void aServiceIsStartedAndStopped() throws Exception {
    Channel<String> log = Channel.unbounded();
    ThreadService heartbeat = ServicesChapter.heartbeat(log::trySend);
    heartbeat.start().awaitStarted(ofSeconds(20));
    assertThat(List.of(log.receive(), log.receive())).containsExactly("opened", "beat");
    heartbeat.stop("enough");
    heartbeat.awaitStopped();
    assertThat(log.drain()).containsExactly("closed");
    assertThat(heartbeat.failure()).isEmpty();
  }

  @Test
  void theLoopOfAServiceServesCalls() throws Exception {
    assertThat(ServicesChapter.loopService()).containsExactly(2, 0);
  }

  @Test
  void aServiceWithGraceHandlesWhatItHas() throws Exception {
    Queue<String> handled = new ConcurrentLinkedQueue<>();
    Channel<String> orders = Channel.unbounded();
    ThreadService worker = ServicesChapter.worker(orders, handled::add);
    orders.send("one");
    orders.send("two");
    orders.send("three");
    worker.start().awaitStarted(ofSeconds(20));
    worker.stop("shutting down", ofSeconds(20));
    worker.awaitStopped();
    assertThat(handled).containsExactly("one", "two", "three");
    assertThat(orders.isClosed()).isTrue();
  }

  @Test
  @DisabledOnOs(value = OS.WINDOWS, disabledReason = "it has no SIGTERM")
  void theSignalOfKubernetesClosesTheServices() throws Exception {
    ChildJvm.Result result = new ChildJvm().run(ofSeconds(60), ShutdownProgram.class);
    assertThat(result.output().lines())
        .containsExactly("ready: true", "worker closed: service group closed");
    assertThat(result.status()).isEqualTo(128 + 15);
  }

  @Test
  @DisabledOnOs(value = OS.WINDOWS, disabledReason = "it has no SIGTERM")
  void aRuntimeThatIsEndedByASignalClosesTheServices() throws Exception {
    ChildJvm.Result result = new ChildJvm().run(ofSeconds(60), ShutdownProgram.class, "runtime");
    assertThat(result.output().lines()).containsExactly("worker closed: service group closed");
    assertThat(result.status()).isEqualTo(128 + 15);
  }

  @Test
  @DisabledOnOs(value = OS.WINDOWS, disabledReason = "it has no SIGHUP")
  void termClosesTheOrders() throws Exception {
    Channel<String> orders = Channel.unbounded();
    orders.send("accepted");
    Running<Void> main = Kind.VIRTUAL.run(() -> ServicesChapter.reloadOrDrain(orders, () -> {}));
    awaitBlocked(main.thread());
    new JdkSignals().raise("TERM");
    main.get();
    assertThat(orders.isClosed()).isTrue();
    assertThat(orders.receive()).isEqualTo("accepted");
  }
}
