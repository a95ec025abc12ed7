package io.selvage.guide;

import static java.time.Duration.ofSeconds;

import io.selvage.service.ServiceGroup;
import io.selvage.service.ThreadService;

/** A server that sends itself the signal that Kubernetes sends; run in a JVM of its own. */
public final class ShutdownProgram {
  private ShutdownProgram() {}

  /**
   * Starts, and is ended by the signal.
   *
   * @param args "runtime" if a runtime receives the signal; otherwise a shutdown hook does
   */
  public static void main(String[] args) throws Exception {
    boolean withRuntime = args.length > 0;
    ThreadService worker =
        ThreadService.virtual(
            "worker",
            service -> {
              service.started();
              if (withRuntime) {
                sendTerm();
              }
              service.scope().await();
              System.out.println("worker closed: " + service.scope().reason().orElseThrow());
            });
    if (withRuntime) {
      ServicesChapter.program(ServiceGroup.of(worker).graceOnClose(ofSeconds(20)));
      return;
    }
    ServicesChapter.serve(ServiceGroup.of(worker));
    System.out.println("ready: " + worker.isReady());
    sendTerm();
    worker.awaitStopped(ofSeconds(60));
  }

  private static void sendTerm() throws Exception {
    String self = Long.toString(ProcessHandle.current().pid());
    new ProcessBuilder("kill", "-TERM", self).inheritIO().start().waitFor();
  }
}
