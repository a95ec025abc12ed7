package io.selvage.stress.run;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.time.Duration;
import java.util.SplittableRandom;

/**
 * Stops a process at random moments and continues it after random times, as a debugger, a container
 * or a closed laptop does. It needs a shell with {@code kill}.
 */
final class PauseThread {
  private static final int MAX_STOPPED_MILLIS = 300;
  private static final int MAX_RUNNING_MILLIS = 500;

  private final Process process;
  private final SplittableRandom random;
  private final long end; // nanoTime
  private final Thread thread = Thread.ofPlatform().daemon().name("pauses").unstarted(this::run);
  private volatile boolean over;
  private long stops; // by the thread; read after it has ended

  private PauseThread(Process process, long seed, Duration time) {
    this.process = process;
    this.random = new SplittableRandom(seed);
    this.end = System.nanoTime() + time.toNanos();
  }

  /** {@return a thread that stops and continues the process for this time} */
  static PauseThread start(Process process, long seed, Duration time) {
    PauseThread pauses = new PauseThread(process, seed, time);
    pauses.thread.start();
    return pauses;
  }

  /** {@return how often the process was stopped; it is continued, and not stopped any more} */
  long end() throws InterruptedException {
    over = true;
    thread.join();
    return stops;
  }

  private void run() {
    try {
      while (!over && System.nanoTime() - end < 0 && process.isAlive()) {
        Thread.sleep(1 + random.nextInt(MAX_RUNNING_MILLIS));
        if (signal("STOP")) {
          Thread.sleep(1 + random.nextInt(MAX_STOPPED_MILLIS));
          boolean unused = signal("CONT");
          stops++;
        }
      }
    } catch (InterruptedException e) {
      // nothing interrupts this thread
    }
  }

  private boolean signal(String name) throws InterruptedException {
    try {
      Process kill =
          new ProcessBuilder("sh", "-c", "kill -" + name + " " + process.pid())
              .redirectErrorStream(true)
              .redirectOutput(Redirect.DISCARD)
              .start();
      return kill.waitFor() == 0;
    } catch (IOException e) {
      return false; // no shell: there are no stops, which the part reports
    }
  }
}
