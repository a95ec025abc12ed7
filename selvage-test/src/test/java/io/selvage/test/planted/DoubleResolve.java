package io.selvage.test.planted;

import io.selvage.TaskGroup;
import io.selvage.channel.Channel;
import io.selvage.service.ReplyHandle;
import io.selvage.service.RequestRegistry;
import io.selvage.test.SimulationRun;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Double resolve: two servers work on one request, and each charges for it, as there is no reply
 * yet; one of the replies is refused, and its charge stands.
 */
final class DoubleResolve {
  private DoubleResolve() {}

  private interface Server {
    void reply(ReplyHandle<String, String> request, String server) throws InterruptedException;
  }

  static void buggy(SimulationRun run) throws Exception {
    Channel<String> charges = Channel.unbounded();
    run(
        run,
        charges,
        (request, server) -> {
          if (request.isPending()) {
            charges.send(server); // BUG: it has not won yet
            request.resolve("answer of " + server);
          }
        });
  }

  static void mended(SimulationRun run) throws Exception {
    Channel<String> charges = Channel.unbounded();
    run(
        run,
        charges,
        (request, server) -> {
          if (request.resolve("answer of " + server)) {
            charges.send(server);
          }
        });
  }

  private static void run(SimulationRun run, Channel<String> charges, Server server)
      throws Exception {
    AtomicInteger requests = new AtomicInteger();
    run.invariant(
        "a request is charged once",
        () -> {
          if (charges.stats().sent() > requests.get()) {
            throw new AssertionError(charges.stats().sent() + " charges for " + requests);
          }
        });
    RequestRegistry<String, String> registry = new RequestRegistry<>();
    for (int i = 0; i < 3; i++) {
      requests.incrementAndGet();
      TaskGroup.run(
          group -> {
            var unused =
                registry.request(
                    "request",
                    handle -> {
                      group.launch("primary", () -> server.reply(handle, "primary"));
                      group.launch("backup", () -> server.reply(handle, "backup"));
                    });
          });
    }
  }
}
