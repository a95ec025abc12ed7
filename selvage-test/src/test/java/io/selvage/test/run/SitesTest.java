package io.selvage.test.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.selvage.Selvage;
import io.selvage.TaskGroup;
import io.selvage.test.Failures;
import io.selvage.test.Sequencer;
import io.selvage.test.Simulation;
import io.selvage.test.SimulationFailure;
import io.selvage.test.SimulationRun;
import io.selvage.test.connection.MemoryChannels;
import io.selvage.test.connection.MemoryStream;
import io.selvage.test.connection.MemoryStreams;
import io.selvage.test.connection.StreamPair;
import java.nio.ByteBuffer;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Failures name the lines of the program. */
class SitesTest {
  private static final Pattern LINE_OF_CHECKPOINT =
      Pattern.compile("group/one +Selvage.checkpoint(  \\(held up\\))? +SitesTest.java:\\d+");

  private static int line; // of the checkpoint

  private static void fails() throws InterruptedException {
    TaskGroup.run(group -> group.launch("one", SitesTest::checkpoint));
    throw new IllegalStateException("always");
  }

  private static void checkpoint() throws InterruptedException {
    line = new Throwable().getStackTrace()[0].getLineNumber() + 1;
    Selvage.checkpoint();
  }

  private static void isTheLineIn(SimulationFailure failure) {
    assertThat(failure.getMessage())
        .containsPattern(LINE_OF_CHECKPOINT)
        .contains("SitesTest.java:" + line);
  }

  @Test
  void ofTheShortestScheduleAndOfAReplay() {
    SimulationFailure found = Failures.thrownBy(() -> Simulation.explore(5, SitesTest::fails));
    isTheLineIn(found);
    isTheLineIn(
        Failures.thrownBy(
            () -> Simulation.replay(found.schedule().orElseThrow(), SitesTest::fails)));
  }

  @Test
  void ofASingleRun() {
    isTheLineIn(Failures.thrownBy(() -> Simulation.run(1, () -> SitesTest.fails())));
  }

  @Test
  void ofARunThatIsNotShortened() {
    isTheLineIn(
        Failures.thrownBy(
            () -> Simulation.options().withoutShortening().explore(5, SitesTest::fails)));
  }

  /** What a helper of the kit calls is called by the line that uses the helper. */
  @Test
  void helpersOfTheKitAreNotTheProgram() {
    SimulationFailure found =
        Failures.thrownBy(() -> Simulation.explore(5, SitesTest::usesHelpers));
    assertThat(found.getMessage().lines().filter(line -> line.contains(".java:")))
        .hasSizeGreaterThan(10)
        .allMatch(line -> line.contains("SitesTest.java:"));
  }

  private static void usesHelpers(SimulationRun run) throws Exception {
    Sequencer sequencer = new Sequencer();
    TaskGroup.run(
        group -> {
          group.launch(() -> sequencer.at(1, () -> {}));
          sequencer.at(0, () -> run.awaitAllBlocked());
        });
    try (MemoryChannels<Integer, Integer> channels = MemoryChannels.pair()) {
      channels.left().send(1);
      channels.right().receive();
      channels.left().closeOutput();
    }
    try (StreamPair<MemoryStream> streams = MemoryStreams.pair(16)) {
      streams.left().sendAll(ByteBuffer.wrap(new byte[] {1}));
      streams.right().receive(ByteBuffer.allocate(1));
    }
    throw new IllegalStateException("always");
  }

  @Test
  void whatIsNoOperationOfTheProgramHasNone() {
    SimulationFailure found = Failures.thrownBy(() -> Simulation.explore(5, SitesTest::fails));
    assertThat(found.getMessage()).doesNotContain("Execution.java").doesNotContain("Task.java");
  }

  @Test
  void outsideOfAnOperationThereIsNone() {
    assertThat(Sites.ofCaller()).isNull();
  }

  /** They would hide what is of note; where others went first is of note. */
  @Test
  void stepsInsideOfOperationsAreShownOnlyWhereATaskWasHeldUp() {
    SimulationFailure found =
        Failures.thrownBy(
            () ->
                Simulation.options()
                    .withoutShortening()
                    .explore(
                        100,
                        () -> {
                          TaskGroup.run(
                              group -> {
                                group.launch(Selvage::checkpoint);
                                group.launch(Selvage::checkpoint);
                              });
                          throw new IllegalStateException("always");
                        }));
    assertThat(found.getMessage().lines().filter(line -> line.contains(" ... ")))
        .isNotEmpty()
        .allMatch(line -> line.contains("(held up)"));
  }
}
