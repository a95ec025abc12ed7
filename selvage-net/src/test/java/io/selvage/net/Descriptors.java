package io.selvage.net;

import static java.time.Duration.ofMillis;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.selvage.Selvage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** The sockets that this process has open, as the system counts them. */
public final class Descriptors {
  private static final Path FOLDER = Path.of("/proc/self/fd");
  private static final int MOST_LOOKS = 10_000;

  static {
    try {
      SocketChannel.open().close(); // the JDK opens a socket of its own with the first channel
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Descriptors() {}

  /** {@return how many sockets are open; skips the test on a system that does not tell} */
  public static long count() throws IOException {
    assumeTrue(Files.isDirectory(FOLDER), "there is no " + FOLDER);
    try (Stream<Path> all = Files.list(FOLDER)) {
      return all.filter(Descriptors::isSocket).count();
    }
  }

  private static boolean isSocket(Path descriptor) {
    try {
      return Files.readSymbolicLink(descriptor).toString().startsWith("socket:");
    } catch (IOException e) {
      return false; // closed meanwhile
    }
  }

  /** Waits until not more sockets are open: the poller releases them soon, not at once. */
  public static void awaitAtMost(long most) throws IOException, InterruptedException {
    long now = count();
    for (int i = 0; now > most && i < MOST_LOOKS; i++) {
      Selvage.sleep(ofMillis(1));
      now = count();
    }
    assertThat(now).as("open sockets").isLessThanOrEqualTo(most);
  }
}
