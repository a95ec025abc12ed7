package io.selvage;

import io.selvage.kernel.KernelAccess;
import io.selvage.kernel.Region;
import io.selvage.kernel.ThreadRecord;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Fails a test that leaves the interrupt flag of its thread set, its thread inside of a scope, or a
 * timer armed.
 */
public final class LeakCheck implements BeforeEachCallback, AfterEachCallback {

  private int armedBefore;

  @Override
  @SuppressWarnings("ReturnValueIgnored") // only the side effect is wanted
  public void beforeEach(ExtensionContext context) {
    Thread.interrupted();
    armedBefore = KernelAccess.armedTimers();
  }

  @Override
  public void afterEach(ExtensionContext context) {
    List<String> leaks = new ArrayList<>();
    if (Thread.interrupted()) {
      leaks.add("the interrupt flag of " + Thread.currentThread());
    }
    ThreadRecord self = ThreadRecord.current();
    while (self.region() != self.root()) {
      Region region = self.region();
      leaks.add("inside of " + region);
      self.leave(region, false);
    }
    try {
      Threads.awaitCondition("no timer is armed", () -> KernelAccess.armedTimers() <= armedBefore);
    } catch (AssertionError e) {
      leaks.add((KernelAccess.armedTimers() - armedBefore) + " armed timers");
    }
    if (!leaks.isEmpty()) {
      throw new AssertionError(context.getDisplayName() + " leaves behind: " + leaks);
    }
  }
}
