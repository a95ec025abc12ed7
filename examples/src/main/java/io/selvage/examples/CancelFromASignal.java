package io.selvage.examples;

import io.selvage.ScopeGroup;
import io.selvage.examples.terminal.ControlC;
import io.selvage.examples.terminal.Terminal;
import java.time.Duration;

/**
 * Ctrl-C cancels the work and nothing else; what comes behind it runs. Without a Ctrl-C it presses
 * one itself.
 */
final class CancelFromASignal {
  private CancelFromASignal() {}

  static void main(String[] args) throws InterruptedException {
    ScopeGroup scopes = new ScopeGroup();
    Runnable press = ControlC.handle(() -> scopes.cancelForGood("user interrupt"));
    boolean complete =
        scopes.run(
            () -> {
              System.out.println("working");
              if (!Terminal.isUsed()) {
                press.run();
              }
              Thread.sleep(Duration.ofSeconds(10)); // foreign code is interrupted
            });
    System.out.println(complete ? "the work is done" : "interrupted; tidying up");
    boolean next = scopes.run(() -> System.out.println("working on"));
    System.out.println(
        "work that begins while the latch is set is cancelled: "
            + scopes.isCancelling()
            + ", its body ran without waiting: "
            + next);
  }
}
