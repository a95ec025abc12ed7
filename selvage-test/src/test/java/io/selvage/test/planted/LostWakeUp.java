package io.selvage.test.planted;

import io.selvage.TaskGroup;
import io.selvage.channel.Channel;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Lost wake-up: a worker that has found no job reports that, and says only then that it sleeps; a
 * job that is submitted in between does not wake it.
 */
final class LostWakeUp {
  private static final int JOBS = 3;

  private LostWakeUp() {}

  /** Jobs from many tasks to one worker, which is woken only if it sleeps. */
  private abstract static class Jobs {
    final Queue<String> jobs = new ConcurrentLinkedQueue<>();
    final Channel<String> bell = Channel.unbounded();
    final Channel<String> log = Channel.unbounded();
    final AtomicBoolean sleeping = new AtomicBoolean();

    void submit(String job) {
      jobs.add(job);
      if (sleeping.get()) {
        bell.trySend("wake up");
      }
    }

    abstract String take() throws InterruptedException;
  }

  private static final class Late extends Jobs {
    @Override
    String take() throws InterruptedException {
      while (true) {
        String job = jobs.poll();
        if (job != null) {
          return job;
        }
        log.send("out of work");
        sleeping.set(true); // BUG: there may be a job by now
        var unused = bell.receive();
        sleeping.set(false);
      }
    }
  }

  private static final class Early extends Jobs {
    @Override
    String take() throws InterruptedException {
      while (true) {
        sleeping.set(true);
        String job = jobs.poll();
        if (job != null) {
          sleeping.set(false);
          return job;
        }
        log.send("out of work");
        var unused = bell.receive();
      }
    }
  }

  static void buggy() throws Exception {
    run(new Late());
  }

  static void mended() throws Exception {
    run(new Early());
  }

  private static void run(Jobs jobs) throws Exception {
    TaskGroup.run(
        group -> {
          group.launch(
              "worker",
              () -> {
                for (int i = 0; i < JOBS; i++) {
                  jobs.log.send("does " + jobs.take());
                }
              });
          group.launch(
              "submitter",
              () -> {
                for (int i = 0; i < JOBS; i++) {
                  jobs.submit("job " + i);
                  jobs.log.send("submitted job " + i);
                }
              });
        });
  }
}
