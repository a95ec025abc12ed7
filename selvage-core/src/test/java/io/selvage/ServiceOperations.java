package io.selvage;

import static io.selvage.Operation.waiting;
import static io.selvage.Threads.LONG;
import static io.selvage.Threads.awaitCondition;
import static org.assertj.core.api.Assertions.assertThat;

import io.selvage.function.ThrowingConsumer;
import io.selvage.service.Actor;
import io.selvage.service.CloseSignal;
import io.selvage.service.LoopService;
import io.selvage.service.Mailbox;
import io.selvage.service.ReplyHandle;
import io.selvage.service.RequestRegistry;
import io.selvage.service.Service;
import io.selvage.service.ThreadService;
import io.selvage.service.WorkTracker;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** The operations of {@code io.selvage.service} that wait, for {@link CancelEverywhereTest}. */
final class ServiceOperations {
  static final List<Operation> ALL =
      List.of(
          waiting("CloseSignal.await", () -> Fixture.untilClosed(CloseSignal::await)),
          waiting("CloseSignal.await(Duration)", () -> Fixture.untilClosed(c -> c.await(LONG))),
          waiting("ReplyHandle.await", () -> new Reply(ReplyHandle::await)),
          waiting("ReplyHandle.await(Duration)", () -> new Reply(r -> r.await(LONG))),
          waiting("RequestRegistry.request", Request::new),
          waiting("WorkTracker.awaitBusy", () -> tracker(WorkTracker::awaitBusy, 0)),
          waiting("WorkTracker.awaitIdle", () -> tracker(WorkTracker::awaitIdle, 1)),
          waiting("Service.awaitStarted", () -> new Starting(Service::awaitStarted)),
          waiting("Service.awaitStarted(Duration)", () -> new Starting(s -> s.awaitStarted(LONG))),
          waiting("Service.awaitStopped", () -> new Stopping(Service::awaitStopped)),
          waiting("Service.awaitStopped(Duration)", () -> new Stopping(s -> s.awaitStopped(LONG))),
          waiting("Service.joinOrLog", () -> new Stopping(s -> s.joinOrLog(LONG))),
          waiting("LoopService.callSync", CallSync::new),
          waiting("Mailbox.get", MailboxGet::new),
          waiting("Actor.run", () -> new RunActor(true)),
          waiting("Actor.run, concurrent", () -> new RunActor(false)));

  private ServiceOperations() {}

  private static Fixture tracker(ThrowingConsumer<WorkTracker, Exception> await, int before) {
    WorkTracker tracker = new WorkTracker();
    for (int i = 0; i < before; i++) {
      tracker.add();
    }
    return Fixture.of(
        () -> await.accept(tracker),
        () -> {
          if (before == 0) {
            tracker.add();
          } else {
            tracker.done();
          }
        },
        happened -> assertThat(tracker.count()).isEqualTo(1 - before));
  }

  private static final class Reply extends Fixture {
    private final RequestRegistry<Integer, String> registry = new RequestRegistry<>();
    private final ReplyHandle<Integer, String> handle = registry.register(1);
    private final ThrowingFunction await;
    private volatile boolean resolved;

    interface ThrowingFunction {
      String apply(ReplyHandle<Integer, String> handle) throws Exception;
    }

    Reply(ThrowingFunction await) {
      this.await = await;
    }

    @Override
    void perform() throws Exception {
      assertThat(await.apply(handle)).isEqualTo("value");
    }

    @Override
    void complete() {
      resolved = handle.resolve("value");
    }

    @Override
    void verify(boolean happened) throws Exception {
      assertThat(registry.size()).isZero();
      if (happened) {
        assertThat(resolved).isTrue();
      } else if (resolved) {
        assertThat(handle.await()).as("the reply is kept").isEqualTo("value");
      }
    }
  }

  private static final class Request extends Fixture {
    private final RequestRegistry<Integer, String> registry = new RequestRegistry<>();
    private volatile boolean early;
    private volatile boolean resolved;

    @Override
    void perform() throws Exception {
      assertThat(registry.request(1, reply -> note(early && reply.resolve("value"))))
          .isEqualTo("value");
    }

    @Override
    void complete() {
      early = true;
      note(registry.resolve(1, "value"));
    }

    /**
     * Two threads reply, and one of them wins: the loser must not write over what the winner notes.
     */
    private void note(boolean won) {
      if (won) {
        resolved = true;
      }
    }

    @Override
    void verify(boolean happened) {
      assertThat(registry.size()).isZero();
      assertThat(resolved).isEqualTo(happened);
    }
  }

  private static final class Starting extends Fixture {
    private final CloseSignal ready = new CloseSignal();
    private final ThreadService service =
        ThreadService.virtual(
            "starting",
            self -> {
              ready.await();
              self.started();
              self.scope().await();
            });
    private final ThrowingConsumer<Service, Exception> await;

    Starting(ThrowingConsumer<Service, Exception> await) {
      this.await = await;
      service.start();
    }

    @Override
    void perform() throws Exception {
      await.accept(service);
    }

    @Override
    void complete() throws Exception {
      ready.close();
      if (!service.isReady()) {
        service.awaitStarted();
      }
    }

    @Override
    void close() {
      service.stop();
      awaitCondition("it has stopped", service::isStopped);
      assertThat(service.failure()).isEmpty();
    }
  }

  private static final class Stopping extends Fixture {
    private final ThreadService service =
        ThreadService.virtual(
            "stopping",
            self -> {
              self.started();
              self.scope().await();
            });
    private final ThrowingConsumer<Service, Exception> await;

    Stopping(ThrowingConsumer<Service, Exception> await) {
      this.await = await;
      service.start();
      awaitCondition("it is ready", service::isReady);
    }

    @Override
    void perform() throws Exception {
      await.accept(service);
    }

    @Override
    void complete() throws Exception {
      service.stop();
      service.awaitStopped();
    }
  }

  private static final class CallSync extends Fixture {
    private final LoopService service = LoopService.virtual("loop");
    private final CloseSignal end = new CloseSignal();

    CallSync() {
      service.start();
      awaitCondition("it is ready", service::isReady);
    }

    @Override
    void perform() throws Exception {
      String result =
          service.callSync(
              () -> {
                await(end);
                return "result";
              });
      assertThat(result).isEqualTo("result");
    }

    @Override
    void complete() {
      end.close();
    }

    @Override
    void verify(boolean happened) throws Exception {
      boolean flag = service.callSync(() -> Thread.currentThread().isInterrupted());
      assertThat(flag).as("the flag in the next call").isFalse();
      int answer = service.callSync(() -> 42);
      assertThat(answer).isEqualTo(42);
    }

    @Override
    void close() {
      service.stop();
      awaitCondition("it has stopped", service::isStopped);
      assertThat(service.failure()).isEmpty();
    }
  }

  private static final class MailboxGet extends Fixture {
    private final Mailbox<String> mailbox = new Mailbox<>();

    @Override
    void perform() throws Exception {
      assertThat(mailbox.get()).isEqualTo("message");
    }

    @Override
    void complete() {
      mailbox.submit("message");
    }

    @Override
    void verify(boolean happened) {
      assertThat(mailbox.drain()).hasSize(happened ? 0 : 1);
      assertThat(mailbox.stats().waitingReceivers()).isZero();
    }
  }

  private static final class RunActor extends Fixture {
    private final List<String> handled = Collections.synchronizedList(new ArrayList<>());
    private final Actor<String> actor;

    RunActor(boolean serialized) {
      actor =
          serialized
              ? Actor.of(handled::add)
              : Actor.concurrent((message, baton) -> handled.add(message));
    }

    @Override
    void perform() throws Exception {
      actor.run();
    }

    @Override
    void complete() {
      actor.submit("a");
      actor.submit("b");
      actor.close();
    }

    @Override
    void verify(boolean happened) {
      List<String> all = new ArrayList<>(handled);
      all.addAll(actor.mailbox().drain());
      assertThat(all).containsExactly("a", "b");
      assertThat(actor.mailbox().stats().waitingReceivers()).isZero();
    }
  }
}
