package io.selvage.context;

import io.selvage.Selvage;
import io.selvage.Task;
import io.selvage.TaskGroup;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The examples in the documentation of this package. */
final class ContextSnippets {
  static final ScopedValue<String> USER = ScopedValue.newInstance();
  static final ScopedValue<String> REQUEST = ScopedValue.newInstance();
  static final ThreadLocal<@Nullable String> TRACE = new ThreadLocal<>();

  private ContextSnippets() {}

  static void carrying(List<String> log) throws InterruptedException {
    // @start region="carrying"
    ContextCarrier values = ContextCarrier.scopedValues(USER, REQUEST);
    Carrying.run( // around the whole program, for example
        values,
        () ->
            ScopedValue.where(USER, "ann")
                .call(
                    () ->
                        TaskGroup.call(
                            group -> {
                              Task<String> task = group.fork(USER::get); // sees "ann"
                              log.add(task.join());
                              log.add(Selvage.callBlocking(USER::get)); // on another thread, too
                              return log;
                            })));
    // @end region="carrying"
  }

  static ContextCarrier scopedValues() {
    // @start region="scopedValues"
    ContextCarrier values = ContextCarrier.scopedValues(USER, REQUEST);
    // @end region="scopedValues"
    return values;
  }

  static ContextCarrier carrier() {
    // @start region="carrier"
    ContextCarrier traces =
        () -> {
          String trace = TRACE.get(); // on the thread that forks
          return body -> {
            String before = TRACE.get(); // on the thread of the task
            TRACE.set(trace);
            try {
              body.run();
            } finally {
              TRACE.set(before);
            }
          };
        };
    // @end region="carrier"
    return traces;
  }
}
