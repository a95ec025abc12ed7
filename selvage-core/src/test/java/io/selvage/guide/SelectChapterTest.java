package io.selvage.guide;

import static org.assertj.core.api.Assertions.assertThat;

import io.selvage.TaskGroup;
import io.selvage.channel.Channel;
import io.selvage.sync.Event;
import io.selvage.sync.Semaphore;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Runs the code of the chapter on selects. */
class SelectChapterTest {
  private final Channel<String> jobs = Channel.unbounded();
  private final Channel<String> others = Channel.unbounded();
  private final Event stop = new Event();

  @Test
  void theFirstPossibleOneHappens() throws Exception {
    jobs.send("a");
    stop.set();
    assertThat(SelectChapter.first(jobs, stop)).isEqualTo("job a");
    assertThat(SelectChapter.first(jobs, stop)).isEqualTo("stop");
    jobs.send("b");
    SelectChapter.work(jobs, others, stop);
    assertThat(jobs.drain()).containsExactly("b");
    stop.clear();
    TaskGroup.run(
        group -> {
          group.launch(() -> SelectChapter.work(jobs, others, stop));
          jobs.send("c");
          assertThat(others.receive()).isEqualTo("c done");
          stop.set();
        });
  }

  @Test
  void bodiesWithoutResultRun() throws Exception {
    List<String> log = new ArrayList<>();
    jobs.send("a");
    SelectChapter.run(jobs, others, log);
    SelectChapter.run(jobs, others, log);
    assertThat(log).containsExactly("got a", "said yes");
    assertThat(others.drain()).containsExactly("yes");
  }

  @Test
  void fairAndOtherwise() throws Exception {
    jobs.send("a");
    assertThat(SelectChapter.fair(others, jobs)).isEqualTo("a");
    others.send("b");
    assertThat(SelectChapter.otherwise(jobs, others)).isEqualTo("b");
    assertThat(SelectChapter.otherwise(jobs, others)).isEqualTo("nothing to do");
  }

  @Test
  void noJobIsTakenInAPause() throws Exception {
    List<String> done = new ArrayList<>();
    Channel<String> work = Channel.rendezvous();
    Channel<String> commands = Channel.rendezvous();
    TaskGroup.run(
        group -> {
          group.launch(() -> SelectChapter.obey(commands, work, done));
          work.send("a");
          commands.send("pause");
          assertThat(work.trySend("lost")).isFalse();
          commands.send("go");
          work.send("b");
          commands.send("stop");
        });
    assertThat(done).containsExactly("a", "b");
  }

  @Test
  void aMergeEndsWhenAllHaveEnded() throws Exception {
    jobs.send("a");
    jobs.close();
    others.send("b");
    others.send("c");
    others.close();
    assertThat(SelectChapter.merge(List.of(jobs, others)))
        .containsExactlyInAnyOrder("a", "b", "c")
        .containsSubsequence("b", "c");
  }

  @Test
  void twoSelectsMeetOnce() throws Exception {
    assertThat(SelectChapter.pair())
        .isIn(List.of("ann was met", "bob has met ann"), List.of("ann has met bob", "bob was met"));
  }

  @Test
  void onePermitIsTaken() throws Exception {
    Semaphore near = new Semaphore(0);
    Semaphore far = new Semaphore(1);
    assertThat(SelectChapter.permit(near, far)).isEqualTo("works with Permit[held]");
    assertThat(far.available()).isEqualTo(1);
  }
}
