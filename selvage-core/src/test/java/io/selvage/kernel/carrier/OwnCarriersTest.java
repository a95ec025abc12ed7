package io.selvage.kernel.carrier;

import static org.assertj.core.api.Assertions.assertThat;

import io.selvage.TaskGroup;
import io.selvage.kernel.Threads;
import io.selvage.observe.Dump;
import org.junit.jupiter.api.Test;

/**
 * Runs in both parts of the build: with the package {@code java.lang} open to the library, and not.
 */
final class OwnCarriersTest {
  private final boolean open =
      Thread.class.getModule().isOpen("java.lang", OwnCarriersTest.class.getModule());

  @Test
  void theyAreUsedOnlyIfThePackageIsOpen() throws Exception {
    String thread =
        TaskGroup.call(group -> group.fork(() -> Thread.currentThread().toString()).join());
    assertThat(thread).matches(open ? ".*@selvage-carrier-\\d+" : ".*@ForkJoinPool-1-worker-\\d+");
    assertThat(Threads.ownCarriers().isPresent()).isEqualTo(open);
  }

  @Test
  void aDumpNamesThem() {
    Dump dump = Dump.take();
    if (open) {
      assertThat(dump.text()).endsWith("\nvirtual threads: " + dump.carriers().get() + "\n");
      assertThat(dump.carriers().get()).endsWith(" carriers of Selvage");
    } else {
      assertThat(dump.text()).doesNotContain("virtual threads: ");
      assertThat(dump.carriers()).isEmpty();
    }
  }

  @Test
  void aPropertyForbidsThem() {
    System.setProperty(OwnCarriers.PROPERTY, "false");
    try {
      assertThat(OwnCarriers.ifPermitted(broken -> {})).isNull();
    } finally {
      System.clearProperty(OwnCarriers.PROPERTY);
    }
    assertThat(OwnCarriers.ifPermitted(broken -> {}) != null).isEqualTo(open);
  }
}
