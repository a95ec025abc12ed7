package io.selvage.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import io.selvage.Threads;
import io.selvage.kernel.jvm.Timer;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A wait with a limit whose machine cannot park for a time: it is woken by an alarm. */
class AlarmTest {
  private final List<String> calls = new ArrayList<>();
  private WaitNode node;

  /** To arm the alarm uses up the wake-up of the wait, as a contended lock does. */
  private final Machine machine =
      (Machine)
          Proxy.newProxyInstance(
              Machine.class.getClassLoader(),
              new Class<?>[] {Machine.class},
              (proxy, method, arguments) ->
                  switch (method.getName()) {
                    case "now" -> 0L;
                    case "begun" -> true;
                    case "ended", "unpark", "step" -> null;
                    case "alarm" -> {
                      calls.add("armed");
                      node.resume("value");
                      yield (Timer) () -> calls.add("taken back");
                    }
                    default -> throw new IllegalStateException("called: " + method.getName());
                  });

  @Test
  void aWakeUpThatArmingHasUsedUpIsNotWaitedFor() throws Exception {
    Object value =
        Threads.Kind.PLATFORM.call(
            () -> {
              ThreadRecord self =
                  ThreadRecord.forThread(
                      Thread.currentThread(), new ParallelScheduler(machine), failure -> {});
              self.begin();
              try {
                node = new WaitNode(self, "AlarmTest", this);
                return node.await(1_000);
              } finally {
                self.end();
              }
            });
    assertThat(value).isEqualTo("value");
    assertThat(calls).containsExactly("armed", "taken back");
  }
}
