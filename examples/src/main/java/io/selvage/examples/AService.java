package io.selvage.examples;

import io.selvage.Selvage;
import io.selvage.service.LoopService;
import io.selvage.service.ServiceGroup;
import java.time.Duration;
import java.util.concurrent.TimeoutException;

/** A service that owns a loop: started, asked, stopped. */
final class AService {
  private AService() {}

  static void main(String[] args) throws InterruptedException, TimeoutException {
    LoopService service =
        LoopService.virtual(
            "answers",
            self -> {
              Selvage.sleep(
                  Duration.ofMillis(20)); // connecting: who waits for the start waits for this
              self.started();
              self.scope().await();
            });
    try (ServiceGroup services = ServiceGroup.of(service)) {
      services.start().awaitStarted(Duration.ofSeconds(20));
      System.out.println("answer: " + service.submit(() -> 41 + 1).join());
      service.stop("done");
      System.out.println("stopped in time: " + service.joinOrLog(Duration.ofSeconds(20)));
    }
  }
}
