package io.selvage.service;

import static java.time.Duration.ofSeconds;

import io.selvage.TaskGroup;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

/** The examples in the documentation of this package. */
final class ServiceSnippets {
  private ServiceSnippets() {}

  record Message(long id, String text) {}

  interface Connection extends AutoCloseable {
    void send(Message message) throws IOException;

    Message read() throws IOException;

    @Override
    void close();
  }

  static void closeScope(Consumer<String> log) throws InterruptedException {
    // @start region="closeScope"
    CloseSignal closed = new CloseSignal();
    TaskGroup.run(
        group -> {
          group.launch(
              () -> {
                closed.await();
                log.accept("closed: " + closed.reason().orElseThrow());
              });
          closed.close("shutting down"); // true: the first one wins
          closed.fail(new IOException("too late")); // false, and changes nothing
        });
    // @end region="closeScope"
  }

  static boolean workTracker(List<Runnable> jobs) throws InterruptedException {
    // @start region="workTracker"
    WorkTracker tracker = new WorkTracker();
    return TaskGroup.call(
        group -> {
          for (Runnable job : jobs) {
            WorkTracker.Work work = tracker.track();
            group.launch(
                () -> {
                  try (work) {
                    job.run();
                  }
                });
          }
          return tracker.awaitIdle(ofSeconds(20));
        });
    // @end region="workTracker"
  }

  static Message request(Connection connection)
      throws IOException, InterruptedException, TimeoutException {
    // @start region="request"
    RequestRegistry<Long, Message> replies = new RequestRegistry<>();
    ThreadService reader =
        ThreadService.virtual(
            "reader",
            service -> {
              service.started();
              try {
                while (true) {
                  Message reply = connection.read();
                  replies.resolve(reply.id(), reply);
                }
              } catch (IOException e) {
                replies.fail(e); // no request waits for a reply that cannot come
              }
            });
    reader.start();
    Message reply =
        replies.request(
            17L, handle -> connection.send(new Message(handle.key(), "hello")), ofSeconds(20));
    reader.stop("done", Duration.ZERO); // interrupts the read
    return reply;
    // @end region="request"
  }

  static void serviceThread(Consumer<String> log) throws InterruptedException, TimeoutException {
    // @start region="serviceThread"
    ThreadService heartbeat =
        ThreadService.virtual(
            "heartbeat",
            service -> {
              log.accept("opening");
              service.started();
              while (!service.scope().await(ofSeconds(1))) {
                log.accept("beat");
              }
              log.accept("stopped: " + service.scope().reason().orElseThrow());
            });
    heartbeat.start().awaitStarted(ofSeconds(20));
    heartbeat.stop("no longer needed", ofSeconds(20));
    heartbeat.joinOrLog(ofSeconds(30));
    // @end region="serviceThread"
  }

  static int loopService() throws InterruptedException, TimeoutException {
    // @start region="loopService"
    Map<String, Integer> counters = new HashMap<>(); // touched on the loop only
    LoopService counting = LoopService.virtual("counting");
    try (ServiceGroup services = ServiceGroup.of(counting).start().awaitStarted(ofSeconds(20))) {
      counting.runSoon(() -> counters.merge("seen", 1, Integer::sum));
      return counting.callSync(() -> counters.getOrDefault("seen", 0), ofSeconds(20));
    }
    // @end region="loopService"
  }

  static void serviceGroup(Service db, Service reader, Runnable work)
      throws InterruptedException, TimeoutException {
    // @start region="serviceGroup"
    try (ServiceGroup services = ServiceGroup.of(db, reader).start().awaitStarted(ofSeconds(20))) {
      work.run();
    } // stops and joins the reader, then the database
    // @end region="serviceGroup"
  }

  static List<String> actor() throws Exception {
    // @start region="actor"
    List<String> handled = new ArrayList<>(); // touched by the handler only
    Actor<String> actor = Actor.of(message -> handled.add(message));
    TaskGroup.run(
        group -> {
          group.launch("actor", actor::run);
          actor.submit("one");
          actor.submit("two");
          actor.close();
        });
    return handled;
    // @end region="actor"
  }

  static void concurrentActor(Connection connection, List<Message> journal) throws Exception {
    // @start region="concurrentActor"
    Actor<Message> actor =
        Actor.concurrent(
            (message, baton) -> {
              journal.add(message); // one after the other, in order
              baton.release();
              connection.send(message); // at the same time as later messages
            });
    actor.submit(new Message(1, "hello"));
    actor.close();
    actor.run();
    // @end region="concurrentActor"
  }

  static String priorityMailbox() throws InterruptedException {
    // @start region="priorityMailbox"
    PriorityMailbox<String> jobs = new PriorityMailbox<>(String::length, job -> !job.isBlank());
    jobs.setFloor(2); // short ones can wait
    jobs.submit("ok");
    jobs.submit("      ");
    jobs.submit("urgent");
    String first = jobs.get(); // urgent; the blank one was consumed
    jobs.liftFloor();
    String second = jobs.get(); // ok
    // @end
    return first + ", " + second;
  }
}
