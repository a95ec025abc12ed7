package io.selvage.signal;

import static io.selvage.Threads.awaitBlocked;
import static io.selvage.Threads.awaitCondition;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.selvage.LeakCheck;
import io.selvage.Threads.Kind;
import io.selvage.Threads.Running;
import io.selvage.channel.Channel;
import io.selvage.kernel.jvm.JdkSignals;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Runs the examples of the Javadoc, with signals that this process sends to itself. */
@ExtendWith(LeakCheck.class)
class SignalSnippetsTest {
  private final JdkSignals process = new JdkSignals();

  @Test
  void hupReloadsAndTermStops() throws Exception {
    List<String> log = new CopyOnWriteArrayList<>();
    Running<Void> service =
        Kind.VIRTUAL.run(
            () -> SignalSnippets.reload(() -> log.add("reload"), () -> log.add("stop")));
    awaitBlocked(service.thread());
    if (SignalProgram.isIgnored(1)) {
      log.add("reload"); // nohup has started the tests: HUP does not arrive
    } else {
      process.raise("HUP");
    }
    awaitCondition("the configuration is read again", () -> log.contains("reload"));
    process.raise("TERM");
    service.get();
    assertThat(log).containsExactly("reload", "stop");
  }

  @Test
  void theReceiverIsHandedOver() {
    List<String> log = new CopyOnWriteArrayList<>();
    Executor threads = command -> Thread.ofVirtual().start(command);
    try (SignalReceiver signals = SignalSnippets.handOver(threads, () -> log.add("stop"))) {
      process.raise("TERM");
      awaitCondition("the signal is received", () -> log.contains("stop"));
      assertThat(signals.isClosed()).isFalse();
    }
  }

  @Test
  void aRefusedExecutorLeavesNoReceiver() throws Exception {
    RejectedExecutionException refusal = new RejectedExecutionException("full");
    Executor full =
        command -> {
          throw refusal;
        };
    try (SignalReceiver own = Signals.receive("TERM")) {
      assertThatThrownBy(() -> SignalSnippets.handOver(full, () -> {})).isSameAs(refusal);
      process.raise("TERM");
      assertThat(own.receive().name()).isEqualTo("TERM");
    }
  }

  @Test
  void aSelectServesRequestsUntilASignal() throws Exception {
    List<String> log = new CopyOnWriteArrayList<>();
    Channel<String> requests = Channel.unbounded();
    Running<Void> service = Kind.VIRTUAL.run(() -> SignalSnippets.select(requests, log));
    requests.send("one"); // it is served when the receiver of the signals is open
    awaitCondition("the request is served", () -> log.contains("one"));
    process.raise("TERM");
    service.get();
    assertThat(log).containsExactly("one");
  }
}
