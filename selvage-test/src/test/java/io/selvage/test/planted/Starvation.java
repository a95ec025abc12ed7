package io.selvage.test.planted;

import io.selvage.Selvage;
import io.selvage.TaskGroup;
import io.selvage.service.WorkTracker;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Starvation: a server that is to stop waits for a moment without requests, and under load there is
 * none.
 */
final class Starvation {
  private Starvation() {}

  private abstract static class Server {
    final WorkTracker requests = new WorkTracker();
    final AtomicBoolean accepting = new AtomicBoolean(true);

    abstract void stop() throws InterruptedException;

    /** Returns false if the server accepts no requests any more. */
    boolean request() throws InterruptedException {
      try (WorkTracker.Work work = requests.track()) {
        if (!accepting.get()) {
          return false;
        }
        Selvage.checkpoint(); // the work
        return true;
      }
    }
  }

  private static final class Polite extends Server {
    @Override
    void stop() throws InterruptedException {
      requests.awaitIdle(); // BUG: new ones come meanwhile
      accepting.set(false);
    }
  }

  private static final class Firm extends Server {
    @Override
    void stop() throws InterruptedException {
      accepting.set(false);
      requests.awaitIdle();
    }
  }

  static void buggy() throws Exception {
    run(new Polite());
  }

  static void mended() throws Exception {
    run(new Firm());
  }

  private static void run(Server server) throws Exception {
    TaskGroup.run(
        group -> {
          for (int i = 0; i < 2; i++) {
            group.launch(
                "client " + i,
                () -> {
                  while (server.request()) {
                    Selvage.throwIfCancelled();
                  }
                });
          }
          group.launch("stop", server::stop);
        });
  }
}
