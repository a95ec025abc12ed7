package io.selvage.test.guide;

import static java.time.Duration.ofHours;
import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.selvage.CancelScope;
import io.selvage.Selvage;
import io.selvage.TaskFailedException;
import io.selvage.TaskGroup;
import io.selvage.channel.Channel;
import io.selvage.test.Simulation;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Runs the recipes in virtual time, in many orders. */
class RecipesChapterTest {
  private static final List<String> URLS = List.of("a", "b", "c", "d", "e", "f");

  private static String fetch(String url) throws IOException, InterruptedException {
    Selvage.checkpoint();
    if (url.equals("broken")) {
      throw new IOException("cannot read " + url);
    }
    return "page of " + url;
  }

  @Test
  void aPipelineDeliversEverythingAndEnds() {
    Simulation.explore(
        200,
        () ->
            assertThat(RecipesChapter.pipeline(URLS, RecipesChapterTest::fetch))
                .containsExactlyInAnyOrder(
                    "page of a", "page of b", "page of c", "page of d", "page of e", "page of f"));
  }

  @Test
  void aPipelineEndsAlsoIfAWorkerFails() {
    Simulation.explore(
        200,
        () ->
            assertThatExceptionOfType(TaskFailedException.class)
                .isThrownBy(
                    () ->
                        RecipesChapter.pipeline(
                            List.of("a", "broken", "c"), RecipesChapterTest::fetch))
                .withStackTraceContaining("cannot read broken"));
  }

  /** The caller is cancelled at each step: it gets no result, or all of it. */
  @Test
  void aPipelineCanBeCancelledAnywhere() {
    assertThat(
            Simulation.options()
                .withCancelTargets("main"::equals)
                .cancelEverywhere(
                    1,
                    () ->
                        assertThat(
                                RecipesChapter.pipeline(
                                    List.of("a", "b"), RecipesChapterTest::fetch))
                            .hasSize(2))
                .complete())
        .isTrue();
  }

  @Test
  void retriesPauseLongerAndLonger() {
    Simulation.run(
        1,
        run -> {
          List<Duration> starts = new ArrayList<>();
          String answer =
              RecipesChapter.retry(
                  5,
                  ofMillis(100),
                  run.random(),
                  () -> {
                    starts.add(run.elapsed());
                    return starts.size() < 4 ? fetch("broken") : fetch("a");
                  });
          assertThat(answer).isEqualTo("page of a");
          assertThat(starts).hasSize(4);
          assertThat(starts.get(1)).isBetween(ofMillis(100), ofMillis(200));
          assertThat(starts.get(2).minus(starts.get(1))).isBetween(ofMillis(200), ofMillis(400));
          assertThat(starts.get(3).minus(starts.get(2))).isBetween(ofMillis(400), ofMillis(800));
        });
  }

  @Test
  void theLastFailureOfARetryIsThrown() {
    Simulation.run(
        1,
        run -> {
          AtomicInteger attempts = new AtomicInteger();
          assertThatExceptionOfType(IOException.class)
              .isThrownBy(
                  () ->
                      RecipesChapter.retry(
                          3,
                          ofMillis(100),
                          run.random(),
                          () -> fetch(attempts.incrementAndGet() > 0 ? "broken" : "a")));
          assertThat(attempts).hasValue(3);
        });
  }

  @Test
  void aHedgeAsksAgainAndTakesTheQuickerAnswer() {
    Simulation.run(
        1,
        run -> {
          AtomicInteger requests = new AtomicInteger();
          String answer =
              RecipesChapter.hedge(
                  ofMillis(50),
                  () -> {
                    int number = requests.incrementAndGet();
                    Selvage.sleep(number == 1 ? ofHours(1) : ofMillis(10));
                    return "answer " + number;
                  });
          assertThat(answer).isEqualTo("answer 2");
          assertThat(run.elapsed()).isEqualTo(ofMillis(60));
        });
  }

  @Test
  void aHedgeDoesNotAskAgainIfTheFirstIsQuick() {
    Simulation.run(
        1,
        run -> {
          AtomicInteger requests = new AtomicInteger();
          assertThat(RecipesChapter.hedge(ofMillis(50), requests::incrementAndGet)).isEqualTo(1);
          assertThat(requests).hasValue(1);
          assertThat(run.elapsed()).isZero();
        });
  }

  @Test
  void periodicWorkBeginsWhenItSays() {
    assertThat(starts(false, ofSeconds(3))).containsExactly(0L, 13L, 26L, 39L, 52L);
    assertThat(starts(true, ofSeconds(3))).containsExactly(0L, 10L, 20L, 30L, 40L, 50L);
    assertThat(starts(true, ofSeconds(25))).containsExactly(0L, 25L, 50L);
  }

  private static List<Long> starts(boolean rate, Duration work) {
    List<Long> starts = new ArrayList<>();
    Simulation.run(
        1,
        run ->
            CancelScope.moveOnAfter(ofSeconds(55))
                .run(
                    () -> {
                      if (rate) {
                        RecipesChapter.fixedRate(() -> note(starts, run.elapsed(), work));
                      } else {
                        RecipesChapter.fixedDelay(() -> note(starts, run.elapsed(), work));
                      }
                    }));
    return starts;
  }

  private static void note(List<Long> starts, Duration now, Duration work)
      throws InterruptedException {
    starts.add(now.toSeconds());
    Selvage.sleep(work);
  }

  @Test
  void aRequestDoesNotMoveThePeriod() {
    List<Long> starts = new ArrayList<>();
    Channel<String> requests = Channel.unbounded();
    Simulation.run(
        1,
        run ->
            CancelScope.moveOnAfter(ofSeconds(25))
                .run(
                    () ->
                        TaskGroup.run(
                            group -> {
                              group.launch(
                                  () ->
                                      RecipesChapter.asked(
                                          () -> starts.add(run.elapsed().toSeconds()), requests));
                              Selvage.sleep(ofSeconds(3));
                              requests.send("now");
                            })));
    assertThat(starts).containsExactly(0L, 3L, 10L, 20L);
  }

  @Test
  void aBatchEndsWhenItIsFullOrTheTimeIsOver() {
    Simulation.run(
        1,
        run -> {
          Channel<String> items = Channel.unbounded();
          for (String url : URLS) {
            items.send(url);
          }
          assertThat(RecipesChapter.batch(items, 4, ofSeconds(1)))
              .containsExactly("a", "b", "c", "d");
          assertThat(run.elapsed()).isZero();
          assertThat(RecipesChapter.batch(items, 4, ofSeconds(1))).containsExactly("e", "f");
          assertThat(run.elapsed()).isEqualTo(ofSeconds(1));
          items.send("last");
          items.close();
          assertThat(RecipesChapter.batch(items, 4, ofSeconds(1))).containsExactly("last");
          assertThat(run.elapsed()).isEqualTo(ofSeconds(1));
        });
  }

  @Test
  void aRateLimitSpacesTheStarts() {
    Simulation.run(
        1,
        run -> {
          Queue<Long> starts = new ConcurrentLinkedQueue<>();
          List<String> pages =
              RecipesChapter.limited(
                  URLS,
                  url -> {
                    starts.add(run.elapsed().toMillis());
                    return fetch(url);
                  });
          assertThat(pages).startsWith("page of a").hasSize(6);
          assertThat(starts).containsExactly(0L, 100L, 200L, 300L, 400L, 500L);
        });
  }
}
