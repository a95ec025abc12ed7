package io.selvage.net;

import static java.time.Duration.ofMillis;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.selvage.CancelScope;
import io.selvage.Selvage;
import io.selvage.Task;
import io.selvage.TaskGroup;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Look-ups that block until the test lets them go on. */
@Timeout(60)
class NameLookupsTest {
  private static final InetAddress ONE = InetAddress.ofLiteral("192.0.2.1");

  private final CountDownLatch answer = new CountDownLatch(1);
  private final AtomicInteger calls = new AtomicInteger();

  private InetAddress[] block(String host) throws IOException {
    calls.incrementAndGet();
    try {
      answer.await();
    } catch (InterruptedException e) {
      throw new IOException("the thread of the look-up was interrupted", e);
    }
    if (host.startsWith("no")) {
      throw new UnknownHostException(host + ": unknown");
    }
    return new InetAddress[] {ONE};
  }

  @AfterEach
  void letThreadsEnd() {
    answer.countDown();
  }

  @Test
  void aCancelledWaitReturnsAtOnceAndTheLookUpIsShared() throws Exception {
    NameLookups lookups = new NameLookups(this::block, 2);
    for (int i = 0; i < 100; i++) {
      assertThat(CancelScope.moveOnAfter(ofMillis(1)).call(() -> lookups.resolve("slow")))
          .isEmpty();
    }
    assertThat(lookups.running()).isEqualTo(1);
    TaskGroup.run(
        group -> {
          Task<List<InetAddress>> waiting = group.fork(() -> lookups.resolve("slow"));
          answer.countDown();
          assertThat(waiting.join()).containsExactly(ONE);
        });
    assertThat(calls.get()).isLessThanOrEqualTo(2); // the task may have come after the end
  }

  @Test
  void otherTasksOfASerialGroupRunMeanwhile() throws Exception {
    NameLookups lookups = new NameLookups(this::block, 2);
    List<InetAddress> found =
        TaskGroup.options()
            .withLimit(1)
            .call(
                group -> {
                  group.launch(answer::countDown);
                  return lookups.resolve("slow");
                });
    assertThat(found).containsExactly(ONE);
  }

  @Test
  void moreLookUpsThanThereArePlacesWaitAndCanBeCancelled() throws Exception {
    NameLookups lookups = new NameLookups(this::block, 2);
    TaskGroup.run(
        group -> {
          List<Task<List<InetAddress>>> all = new ArrayList<>();
          for (int i = 0; i < 10; i++) {
            String host = "host " + i;
            all.add(group.fork(() -> lookups.resolve(host)));
          }
          while (calls.get() < 2) {
            Selvage.sleep(ofMillis(1));
          }
          assertThat(CancelScope.moveOnAfter(ofMillis(5)).call(() -> lookups.resolve("another")))
              .isEmpty();
          assertThat(calls).hasValue(2);
          answer.countDown();
          for (Task<List<InetAddress>> task : all) {
            assertThat(task.join()).containsExactly(ONE);
          }
        });
    assertThat(lookups).asString().contains("0 running, Permits[2 free, 0 waiting]");
  }

  @Test
  void eachWaitingThreadGetsAnExceptionOfItsOwn() throws Exception {
    NameLookups lookups = new NameLookups(this::block, 2);
    TaskGroup.run(
        group -> {
          List<Task<UnknownHostException>> all = new ArrayList<>();
          for (int i = 0; i < 5; i++) {
            all.add(
                group.fork(
                    () -> {
                      try {
                        throw new AssertionError(lookups.resolve("nobody"));
                      } catch (UnknownHostException e) {
                        return e;
                      }
                    }));
          }
          answer.countDown();
          List<UnknownHostException> failures = new ArrayList<>();
          for (Task<UnknownHostException> task : all) {
            failures.add(task.join());
          }
          assertThat(failures)
              .doesNotHaveDuplicates()
              .allSatisfy(
                  e ->
                      assertThat(e)
                          .hasMessage("cannot resolve host 'nobody': nobody: unknown")
                          .hasCauseInstanceOf(UnknownHostException.class));
        });
  }

  @Test
  void aLookUpThatBreaksIsAFailureOfTheNetwork() {
    NameLookups lookups =
        new NameLookups(
            host -> {
              throw new IllegalStateException("broken");
            },
            1);
    for (int i = 0; i < 3; i++) {
      assertThatThrownBy(() -> lookups.resolve("host"))
          .isInstanceOf(IOException.class)
          .hasMessage("cannot resolve host 'host': broken")
          .hasCauseInstanceOf(IllegalStateException.class);
    }
  }
}
