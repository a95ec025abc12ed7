package io.selvage.service;

import static io.selvage.Threads.LONG;
import static io.selvage.Threads.PATIENCE;
import static io.selvage.service.Services.loop;
import static io.selvage.service.Services.service;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.selvage.CancelScope;
import io.selvage.CancelledException;
import io.selvage.LeakCheck;
import io.selvage.ScopeGroup;
import io.selvage.Selvage;
import io.selvage.Task;
import io.selvage.Threads.Kind;
import io.selvage.Threads.Running;
import io.selvage.channel.Channel;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The parts together, as programs use them. */
@ExtendWith(LeakCheck.class)
final class ServiceScenariosTest {

  @ParameterizedTest
  @EnumSource
  void aThreadFeedsALoop(Kind kind) throws Exception {
    Channel<Integer> numbers = Channel.unbounded();
    List<Integer> printed = new ArrayList<>();
    LoopService loop =
        loop(
                kind,
                "printer",
                self -> {
                  self.started();
                  numbers.forEach(printed::add);
                })
            .start()
            .awaitStarted(PATIENCE);
    Running<Void> producer =
        kind.start(
            () -> {
              for (int i = 0; i < 5; i++) {
                numbers.send(i);
              }
              numbers.close();
              return null;
            });
    producer.get();
    assertThat(loop.awaitStopped(PATIENCE)).isTrue();
    assertThat(printed).containsExactly(0, 1, 2, 3, 4);
  }

  @ParameterizedTest
  @EnumSource
  void aServiceIsStartedUsedStoppedAndJoined(Kind kind) throws Exception {
    LoopService service = loop(kind, "service").start();
    service.awaitStarted(PATIENCE);
    Task<Integer> answer = service.submit(() -> 6 * 7);
    assertThat(CancelScope.failAfter(PATIENCE).call(answer::join)).isEqualTo(42);
    service.stop();
    assertThat(service.joinOrLog(PATIENCE)).isTrue();
  }

  @ParameterizedTest
  @EnumSource
  void workIsCancelledFromASignalHandlerAndWhatFollowsRuns(Kind kind) throws Exception {
    ScopeGroup running = new ScopeGroup();
    CloseSignal begun = new CloseSignal();
    List<String> events = new CopyOnWriteArrayList<>();
    Running<String> main =
        kind.start(
            () -> {
              boolean completed =
                  running.run(
                      () -> {
                        try {
                          begun.close();
                          Selvage.sleep(LONG);
                        } catch (CancelledException e) {
                          events.add(e.reason());
                          throw e;
                        }
                      });
              boolean later = running.run(() -> Selvage.sleep(LONG));
              Selvage.checkpoint();
              return completed + " " + later + " and went on";
            });
    begun.await();
    Kind.PLATFORM.complete(() -> running.cancelForGood("user interrupt"));
    assertThat(main.get()).isEqualTo("false false and went on");
    assertThat(events).containsExactly("user interrupt");
  }

  @ParameterizedTest
  @EnumSource
  void requestsAreRepliedToByAReaderAndFailWhenItDies(Kind kind) throws Exception {
    RequestRegistry<Integer, String> replies = new RequestRegistry<>();
    Channel<Integer> wire = Channel.unbounded();
    IOException death = new IOException("connection reset");
    ThreadService reader =
        service(
            kind,
            "reader",
            self -> {
              self.started();
              try {
                wire.forEach(
                    id -> {
                      if (id == 13) {
                        throw death;
                      }
                      replies.resolve(id, "reply " + id);
                    });
              } catch (IOException e) {
                replies.fail(e);
              }
            });
    try (ServiceGroup services = ServiceGroup.of(reader).start().awaitStarted(PATIENCE)) {
      assertThat(replies.request(7, handle -> wire.send(handle.key()), PATIENCE))
          .isEqualTo("reply 7");
      assertThatThrownBy(() -> replies.request(13, handle -> wire.send(handle.key()), PATIENCE))
          .isInstanceOf(RequestFailedException.class)
          .hasCause(death);
      assertThatThrownBy(() -> replies.request(14, handle -> wire.send(handle.key())))
          .hasMessage("connection reset");
    }
  }

  // ---- the counter server

  private record Command(long id, String operation, int amount) {}

  /** State on a loop, an actor for its messages, a registry for the replies. */
  private static final class CounterServer {
    private final RequestRegistry<Long, Integer> replies = new RequestRegistry<>();
    private final Actor<Command> actor = Actor.of(this::handle);
    private final LoopService service;
    private long lastId; // caller's thread
    private int count; // loop only

    CounterServer(Kind kind) {
      service =
          loop(
              kind,
              "counter",
              self -> {
                self.started();
                actor.run();
              });
    }

    private void handle(Command command) {
      switch (command.operation()) {
        case "add" -> replies.resolve(command.id(), count += command.amount());
        case "get" -> replies.resolve(command.id(), count);
        default ->
            replies.fail(
                command.id(),
                new IllegalArgumentException("unknown operation: " + command.operation()));
      }
    }

    int request(String operation, int amount) throws Exception {
      return replies.request(
          ++lastId, handle -> actor.submit(new Command(handle.key(), operation, amount)), PATIENCE);
    }
  }

  @ParameterizedTest
  @EnumSource
  void aCounterServer(Kind kind) throws Exception {
    CounterServer server = new CounterServer(kind);
    server.service.start().awaitStarted(PATIENCE);
    assertThat(server.request("add", 3)).isEqualTo(3);
    assertThat(server.request("add", 7)).isEqualTo(10);
    assertThat(server.request("get", 0)).isEqualTo(10);
    int peeked = server.service.callSync(() -> server.count);
    assertThat(peeked).isEqualTo(10);
    assertThatThrownBy(() -> server.request("divide", 0))
        .isInstanceOf(RequestFailedException.class)
        .cause()
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("unknown operation: divide");
    assertThatThrownBy(() -> server.service.callSync(() -> server.actor.mailbox().submit(null)))
        .isInstanceOf(NullPointerException.class);
    assertThat(server.service.stop()).isTrue();
    assertThat(server.service.scope().isClosed()).isTrue();
    assertThat(server.service.joinOrLog(PATIENCE)).isTrue();
    assertThat(server.service.failure()).isEmpty();
  }

  // ---- the examples of the documentation

  private static final class FakeConnection implements ServiceSnippets.Connection {
    private final Channel<ServiceSnippets.Message> wire = Channel.unbounded();

    @Override
    public void send(ServiceSnippets.Message message) {
      wire.trySend(message);
    }

    @Override
    public ServiceSnippets.Message read() throws IOException {
      try {
        return wire.receive();
      } catch (InterruptedException e) {
        throw new IOException("closed", e);
      }
    }

    @Override
    public void close() {
      wire.close();
    }
  }

  @Test
  void theExamplesOfTheDocumentationRun() throws Exception {
    List<String> log = new CopyOnWriteArrayList<>();
    ServiceSnippets.closeScope(log::add);
    assertThat(log).containsExactly("closed: shutting down");
    List<Runnable> jobs = List.of(() -> log.add("job"), () -> log.add("job"));
    assertThat(ServiceSnippets.workTracker(jobs)).isTrue();
    assertThat(log).endsWith("job", "job");
    log.clear();
    ServiceSnippets.serviceThread(log::add);
    log.removeIf("beat"::equals); // on a slow machine there is time for some
    assertThat(log).containsExactly("opening", "stopped: no longer needed");
    assertThat(ServiceSnippets.loopService()).isEqualTo(1);
    assertThat(ServiceSnippets.actor()).containsExactly("one", "two");
    assertThat(ServiceSnippets.priorityMailbox()).isEqualTo("urgent, ok");
  }

  @Test
  void theExamplesWithAConnectionRun() throws Exception {
    FakeConnection connection = new FakeConnection();
    List<ServiceSnippets.Message> journal = new CopyOnWriteArrayList<>();
    ServiceSnippets.concurrentActor(connection, journal);
    assertThat(journal).hasSize(1);
    assertThat(connection.read().text()).isEqualTo("hello");
    assertThat(ServiceSnippets.request(connection).text()).isEqualTo("hello");
    Service db = ThreadService.virtual("db", self -> serve(self));
    Service reader = ThreadService.virtual("reader", self -> serve(self));
    ServiceSnippets.serviceGroup(db, reader, () -> assertThat(db.isReady()).isTrue());
    assertThat(db.isStopped() && reader.isStopped()).isTrue();
  }

  private static void serve(ThreadService self) throws InterruptedException {
    self.started();
    self.scope().await();
  }
}
