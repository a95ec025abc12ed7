package io.selvage.guide;

import static java.time.Duration.ofSeconds;

import io.selvage.service.ServiceGroup;
import io.selvage.service.ThreadService;

/** A server that sends itself the signal that Kubernetes sends; run in a JVM of its own. */
public final class ShutdownProgram {
  private ShutdownProgram() {}

  /** Starts, and is ended by the signal. */
  public static void main(String[] args) throws Exception {
    ThreadService worker =
        ThreadService.virtual(
            "worker",
            service -> {
              service.started();
              service.scope().await();
              System.out.println("worker closed: " + service.scope().reason().orElseThrow());
            });
    ServicesChapter.serve(ServiceGroup.of(worker));
    System.out.println("ready: " + worker.isReady());
    String self = Long.toString(ProcessHandle.current().pid());
    new ProcessBuilder("kill", "-TERM", self).inheritIO().start().waitFor();
    worker.awaitStopped(ofSeconds(60));
  }
}
