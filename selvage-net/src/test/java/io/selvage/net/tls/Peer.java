package io.selvage.net.tls;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.TimeUnit.NANOSECONDS;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** Another program, which the tests talk to. */
final class Peer implements AutoCloseable {
  private static final long LIMIT = Duration.ofSeconds(30).toNanos();

  private final Process process;
  private final StringBuilder output = new StringBuilder();

  private Peer(Process process) {
    this.process = process;
  }

  /** Starts a program; skips the test if there is none of that name. */
  static Peer start(String... command) throws IOException {
    assumeTrue(exists(command[0]), "the program '" + command[0] + "' is not there");
    return new Peer(new ProcessBuilder(List.of(command)).redirectErrorStream(true).start());
  }

  private static boolean exists(String program) {
    for (String folder : System.getenv("PATH").split(File.pathSeparator, -1)) {
      if (Files.isExecutable(Path.of(folder, program))) {
        return true;
      }
    }
    return false;
  }

  /** Writes to its standard input. */
  void write(String text) throws IOException {
    process.getOutputStream().write(text.getBytes(UTF_8));
    process.getOutputStream().flush();
  }

  /** Waits for a text in its output. Returns what came before, since the last text. */
  String await(String text) throws IOException, InterruptedException {
    long until = System.nanoTime() + LIMIT;
    while (true) {
      int index = output.indexOf(text);
      if (index >= 0) {
        String before = output.substring(0, index);
        output.delete(0, index + text.length());
        return before;
      }
      boolean ended = !process.isAlive();
      if (!readSome()) {
        if (ended || System.nanoTime() > until) {
          throw new IOException(
              (ended ? "the peer has ended" : "too late") + " without '" + text + "': " + output);
        }
        Thread.sleep(1); // a read could not be interrupted
      }
    }
  }

  private boolean readSome() throws IOException {
    InputStream in = process.getInputStream();
    int count = in.available();
    if (count > 0) {
      output.append(new String(in.readNBytes(count), ISO_8859_1));
    }
    return count > 0;
  }

  /** Waits for its end. Returns the rest of its output. */
  String awaitEnd() throws IOException, InterruptedException {
    process.getOutputStream().close();
    if (!process.waitFor(LIMIT, NANOSECONDS)) {
      throw new IOException("the peer does not end: " + output);
    }
    while (readSome()) {}
    return output.toString();
  }

  int exitValue() {
    return process.exitValue();
  }

  /** Ends it at once; it cannot say good-bye. */
  void kill() {
    process.destroyForcibly();
  }

  @Override
  public void close() {
    kill();
  }
}
