package io.selvage.context;

import static io.selvage.context.LabelCarrier.LABEL;
import static java.time.Duration.ofMillis;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.selvage.CancelScope;
import io.selvage.Lazy;
import io.selvage.LeakCheck;
import io.selvage.Loop;
import io.selvage.Selvage;
import io.selvage.Task;
import io.selvage.TaskGroup;
import io.selvage.Tasks;
import io.selvage.ThreadPool;
import io.selvage.Threads;
import io.selvage.Threads.Kind;
import io.selvage.function.ThrowingRunnable;
import io.selvage.kernel.CurrentRecord;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What is carried into tasks, blocking calls and loops. */
@ExtendWith(LeakCheck.class)
class CarryingTest {
  private static final ScopedValue<String> USER = ScopedValue.newInstance();
  private static final ScopedValue<@Nullable String> OTHER = ScopedValue.newInstance();

  private final LabelCarrier labels = new LabelCarrier();
  private final ContextCarrier users = ContextCarrier.scopedValues(USER, OTHER);

  @AfterEach
  void nothingIsLeft() {
    assertThat(labels.inside).hasValue(0);
    assertThat(CurrentRecord.handover()).isNull();
    LABEL.remove();
  }

  /** Runs a body with a user and a label, both of which are carried. */
  private void as(String name, ThrowingRunnable<Exception> body) throws Exception {
    Carrying.run(users, () -> Carrying.run(labels, () -> with(name, body)));
  }

  /** Runs a body with a user and a label. */
  private static void with(String name, ThrowingRunnable<Exception> body) throws Exception {
    String before = LABEL.get();
    LABEL.set(name);
    try {
      ScopedValue.where(USER, name)
          .<Boolean, Exception>call(
              () -> {
                body.run();
                return true;
              });
    } finally {
      LABEL.set(before);
    }
  }

  /** {@return what the calling thread sees of both} */
  private static String seen() {
    return (USER.isBound() ? USER.get() : "nobody") + " " + LABEL.get();
  }

  // ---- tasks

  @Test
  void nothingIsCarriedUnlessItIsSwitchedOn() throws Exception {
    with(
        "ann",
        () -> {
          assertThat(Tasks.all(List.of(CarryingTest::seen))).containsExactly("nobody null");
          assertThat(Selvage.callBlocking(CarryingTest::seen)).isEqualTo("nobody null");
          assertThat(new Loop().call(CarryingTest::seen)).isEqualTo("nobody null");
        });
  }

  @ParameterizedTest
  @EnumSource
  void everyKindOfForkSeesTheValuesOfItsForker(Kind kind) throws Exception {
    kind.complete(
        () ->
            as(
                "ann",
                () -> {
                  List<String> log =
                      TaskGroup.call(
                          group -> {
                            List<String> all = new ArrayList<>();
                            all.add(group.fork(CarryingTest::seen).join());
                            all.add(group.fork("named", CarryingTest::seen).join());
                            all.add(group.forkUnsupervised("alone", CarryingTest::seen).join());
                            group.launch(() -> all.add(seen())).join();
                            group.launch("named", () -> all.add(seen())).join();
                            group.launchUnsupervised("alone", () -> all.add(seen())).join();
                            all.add(group.<String>start("start", status -> status.started(seen())));
                            return all;
                          });
                  assertThat(log).hasSize(7).containsOnly("ann ann");
                }));
  }

  @Test
  void descendantsSeeThemToo() throws Exception {
    as(
        "ann",
        () ->
            TaskGroup.run(
                group ->
                    group
                        .launch(
                            () -> {
                              assertThat(Tasks.map(List.of(1, 2, 3), item -> seen()))
                                  .containsOnly("ann ann");
                              assertThat(
                                      Tasks.<String>race(
                                          List.of(CarryingTest::seen, CarryingTest::seen)))
                                  .isEqualTo("ann ann");
                              assertThat(
                                      TaskGroup.<String, RuntimeException>call(
                                          inner -> inner.fork(CarryingTest::seen).join()))
                                  .isEqualTo("ann ann");
                            })
                        .join()));
  }

  @Test
  void aForkSeesTheValuesOfTheMomentOfTheFork() throws Exception {
    as(
        "ann",
        () ->
            TaskGroup.run(
                group -> {
                  List<String> log = new ArrayList<>();
                  with("bob", () -> log.add(group.fork(CarryingTest::seen).join()));
                  LABEL.set("changed");
                  log.add(group.fork(CarryingTest::seen).join());
                  assertThat(log).containsExactly("bob bob", "ann changed");
                }));
  }

  @Test
  void laterChangesAreNotSeen() throws Exception {
    as(
        "ann",
        () ->
            TaskGroup.run(
                group -> {
                  CountDownLatch changed = new CountDownLatch(1);
                  Task<String> task =
                      group.fork(
                          () -> {
                            Threads.await(changed);
                            return seen();
                          });
                  LABEL.set("changed");
                  changed.countDown();
                  assertThat(task.join()).isEqualTo("ann ann");
                }));
  }

  @Test
  void changesOfATaskArePrivate() throws Exception {
    as(
        "ann",
        () ->
            TaskGroup.run(
                group -> {
                  Task<?> child =
                      group.launch(
                          () -> {
                            LABEL.set("child");
                            with("child", () -> assertThat(seen()).isEqualTo("child child"));
                            assertThat(Tasks.all(List.of(CarryingTest::seen)))
                                .containsExactly("ann child");
                          });
                  child.join();
                  assertThat(seen()).isEqualTo("ann ann");
                  assertThat(group.fork(CarryingTest::seen).join()).isEqualTo("ann ann");
                }));
  }

  @Test
  void valuesSurviveWaits() throws Exception {
    as(
        "ann",
        () ->
            assertThat(
                    Tasks.map(
                        List.of(1, 2, 3, 4),
                        item -> {
                          Selvage.sleep(ofMillis(1));
                          Selvage.checkpoint();
                          return seen();
                        }))
                .containsOnly("ann ann"));
  }

  @Test
  void aValueThatIsNotBoundIsNotCarriedAndNullIsAValue() throws Exception {
    Carrying.run(
        users,
        () -> {
          assertThat(Tasks.all(List.of(USER::isBound, OTHER::isBound))).containsOnly(false);
          ScopedValue.where(OTHER, null)
              .<Boolean, Exception>call(
                  () -> {
                    assertThat(Tasks.all(List.of(USER::isBound, OTHER::isBound)))
                        .containsExactly(false, true);
                    assertThat(Tasks.<@Nullable String>all(List.of(OTHER::get)))
                        .containsExactly((String) null);
                    return true;
                  });
        });
  }

  @Test
  void aLazyTaskHasTheContextInWhichItWasMade() throws Exception {
    as(
        "ann",
        () ->
            TaskGroup.run(
                group -> {
                  Lazy<String> lazy = group.lazy("lazy", CarryingTest::seen);
                  with("bob", () -> assertThat(lazy.join()).isEqualTo("ann ann"));
                }));
    assertThat(labels.captured).hasValue(1);
  }

  @Test
  void aThreadFromOutsideForksIntoTheGroupInItsOwnContext() throws Exception {
    as(
        "ann",
        () ->
            TaskGroup.run(
                group -> {
                  AtomicReference<@Nullable String> seen = new AtomicReference<>();
                  Kind.PLATFORM.complete(
                      () -> with("bob", () -> seen.set(group.fork(CarryingTest::seen).join())));
                  assertThat(seen).hasValue("bob bob");
                }));
  }

  @Test
  void aGroupThatWasOpenedOutsideCarriesNothing() throws Exception {
    TaskGroup.run(
        group ->
            runUnchecked(
                () ->
                    as(
                        "ann",
                        () ->
                            assertThat(group.fork(CarryingTest::seen).join())
                                .isEqualTo("nobody null"))));
  }

  private static void runUnchecked(ThrowingRunnable<Exception> body) throws InterruptedException {
    try {
      body.run();
    } catch (InterruptedException | RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void whatEndsATaskRunsWithoutTheContext() throws Exception {
    AtomicReference<String> atEnd = new AtomicReference<>();
    as(
        "ann",
        () ->
            TaskGroup.run(
                group -> {
                  CountDownLatch added = new CountDownLatch(1);
                  Task<?> task = group.launch(() -> Threads.await(added));
                  task.onEnd(() -> atEnd.set(seen()));
                  added.countDown();
                }));
    assertThat(atEnd).hasValue("nobody null");
  }

  @Test
  void aCancelledTaskLeavesItsContext() throws Exception {
    as(
        "ann",
        () ->
            TaskGroup.run(
                group -> {
                  CountDownLatch begun = new CountDownLatch(1);
                  Task<?> task =
                      group.launch(
                          () -> {
                            begun.countDown();
                            Selvage.sleep(Threads.LONG);
                          });
                  Threads.await(begun);
                  assertThat(labels.inside).hasValue(1);
                  task.cancel("enough");
                  assertThatThrownBy(task::join).hasMessageContaining("enough");
                  assertThat(task.state()).isEqualTo(Task.State.CANCELLED);
                  assertThat(labels.inside).hasValue(0);
                }));
  }

  @Test
  void aTimeLimitAroundCarriedTasksIsStillCaught() throws Exception {
    as(
        "ann",
        () ->
            assertThat(
                    CancelScope.moveOnAfter(ofMillis(5))
                        .run(
                            () ->
                                Tasks.forEach(List.of(1, 2), item -> Selvage.sleep(Threads.LONG))))
                .isFalse());
  }

  @Test
  void manyForksLeaveNothingBehind() throws Exception {
    List<WeakReference<Object>> captured = new ArrayList<>();
    ContextCarrier heavy =
        () -> {
          byte[] data = new byte[10_000];
          if (captured.size() < 100) {
            captured.add(new WeakReference<>(data));
          }
          return body -> {
            data[0]++;
            body.run();
          };
        };
    as(
        "ann",
        () ->
            Carrying.run(
                heavy,
                () ->
                    TaskGroup.run(
                        group -> {
                          List<Task<?>> some = new ArrayList<>();
                          for (int i = 0; i < 100_000; i++) {
                            Task<?> task = group.fork(() -> 1);
                            if (i % 1_000 == 0) {
                              task.join();
                              some.add(task);
                            }
                          }
                          assertThat(some).hasSize(100);
                        })));
    assertThat(labels.captured).hasValue(100_000);
    Threads.awaitCondition(
        "the contexts are garbage",
        () -> {
          System.gc();
          return captured.stream().allMatch(each -> each.get() == null);
        });
  }

  // ---- blocks

  @Test
  void anInnerBlockAddsItsCarrierAndTheEndTakesItAway() throws Exception {
    Carrying.run(
        users,
        () ->
            with(
                "ann",
                () -> {
                  assertThat(Tasks.all(List.of(CarryingTest::seen))).containsExactly("ann null");
                  assertThat(Carrying.call(labels, () -> Tasks.all(List.of(CarryingTest::seen))))
                      .containsExactly("ann ann");
                  assertThat(Tasks.all(List.of(CarryingTest::seen))).containsExactly("ann null");
                }));
  }

  @Test
  void aCarrierThatIsOnIsNotAddedAgain() throws Exception {
    as(
        "ann",
        () ->
            Carrying.run(
                labels,
                () ->
                    Carrying.run(
                        ContextCarrier.scopedValues(USER, OTHER),
                        () -> {
                          assertThat(CurrentRecord.handover())
                              .hasToString("[scopedValues(2), labels]");
                          assertThat(Tasks.all(List.of(CarryingTest::seen)))
                              .containsExactly("ann ann");
                        })));
    assertThat(labels.captured).hasValue(1);
  }

  @Test
  void noneSwitchesAllOffForABlock() throws Exception {
    as(
        "ann",
        () -> {
          assertThat(
                  Carrying.call(
                      ContextCarrier.none(),
                      () ->
                          Tasks.all(
                              List.of(
                                  CarryingTest::seen,
                                  () -> Tasks.all(List.of(CarryingTest::seen)).getFirst()))))
              .containsOnly("nobody null");
          assertThat(Tasks.all(List.of(CarryingTest::seen))).containsExactly("ann ann");
        });
    assertThat(ContextCarrier.none()).hasToString("none()");
  }

  @Test
  void aBlockThatThrowsIsLeft() {
    assertThatThrownBy(
            () ->
                Carrying.run(
                    labels,
                    () -> {
                      throw new IOException("no");
                    }))
        .isInstanceOf(IOException.class);
    assertThat(CurrentRecord.handover()).isNull();
  }

  @ParameterizedTest
  @EnumSource
  void aBlockStaysOnThoughItsThreadUsesNothingOfTheLibrary(Kind kind) throws Exception {
    kind.complete(
        () ->
            as(
                "ann",
                () -> {
                  for (int i = 0; i < 3; i++) {
                    System.gc();
                  }
                  assertThat(Tasks.all(List.of(CarryingTest::seen))).containsExactly("ann ann");
                }));
  }

  // ---- calls that block

  @Test
  void callsThatBlockSeeTheValuesAndKeepTheirChanges() throws Exception {
    ThreadPool pool = new ThreadPool(1);
    as(
        "ann",
        () -> {
          assertThat(Selvage.callBlocking(CarryingTest::seen)).isEqualTo("ann ann");
          assertThat(pool.map(List.of(1, 2), item -> seen())).containsOnly("ann ann");
          assertThat(Tasks.mapBlocking(List.of(1, 2), 1, item -> seen())).containsOnly("ann ann");
          pool.run(() -> LABEL.set("private"));
          assertThat(seen()).isEqualTo("ann ann");
        });
  }

  @Test
  void aCallWithinACallOfThePoolKeepsItsPlaceAndItsContext() throws Exception {
    ThreadPool pool = new ThreadPool(1);
    as(
        "ann",
        () ->
            assertThat(
                    pool.<String, Exception>call(
                        () -> {
                          Thread outer = Thread.currentThread();
                          return pool.<String, Exception>call(
                              () -> seen() + " " + (Thread.currentThread() == outer));
                        }))
                .isEqualTo("ann ann true"));
  }

  // ---- loops

  @Test
  void theMainBodyOfALoopAndItsTasksSeeThem() throws Exception {
    as(
        "ann",
        () -> {
          Loop loop = new Loop();
          assertThat(
                  loop.<List<String>, Exception>call(
                      () ->
                          List.of(
                              seen(),
                              loop.fork(CarryingTest::seen).join(),
                              loop.lazy("lazy", CarryingTest::seen).join())))
              .containsOnly("ann ann");
        });
  }

  @Test
  void aCallThatIsSubmittedToALoopRunsInTheContextOfItsSubmitter() throws Exception {
    Loop loop = new Loop();
    CountDownLatch running = new CountDownLatch(1);
    CountDownLatch done = new CountDownLatch(1);
    Threads.Running<?> runner =
        Kind.VIRTUAL.run(
            () ->
                as(
                    "ann",
                    () ->
                        loop.run(
                            () -> {
                              running.countDown();
                              Selvage.runBlocking(() -> Threads.await(done));
                            })));
    Threads.await(running);
    with(
        "bob",
        () -> {
          assertThat(loop.submit(CarryingTest::seen).join()).isEqualTo("bob bob");
          AtomicReference<String> executed = new AtomicReference<>();
          loop.execute(() -> executed.set(seen())).join();
          assertThat(executed).hasValue("bob bob");
        });
    done.countDown();
    runner.get();
  }
}
