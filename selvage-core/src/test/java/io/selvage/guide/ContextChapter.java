package io.selvage.guide;

import io.selvage.Selvage;
import io.selvage.Tasks;
import io.selvage.context.Carrying;
import io.selvage.context.ContextCarrier;
import io.selvage.service.LoopService;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The code of docs/guide/context.md; GuideTest compares it. */
final class ContextChapter {
  private ContextChapter() {}

  // @start region="scoped"
  static final ScopedValue<String> USER = ScopedValue.newInstance();

  static List<String> greetings() throws InterruptedException {
    return Tasks.map(List.of("hello", "welcome"), word -> word + " " + USER.get());
  }

  static List<String> program() throws InterruptedException {
    return Carrying.call(
        ContextCarrier.scopedValues(USER),
        () -> ScopedValue.where(USER, "ann").call(() -> greetings()));
  }

  // @end region="scoped"

  static final ThreadLocal<@Nullable String> REQUEST = new ThreadLocal<>();

  // @start region="carrier"
  static ContextCarrier requests() {
    return () -> {
      String request = REQUEST.get(); // on the thread that hands over work
      return body -> {
        String before = REQUEST.get(); // on the thread of the work
        REQUEST.set(request);
        try {
          body.run();
        } finally {
          REQUEST.set(before);
        }
      };
    };
  }

  // @end region="carrier"

  // @start region="service"
  static String fromOutside() throws InterruptedException {
    LoopService counters = Carrying.call(requests(), () -> LoopService.virtual("counters").start());
    REQUEST.set("r-17");
    try {
      return counters.callSync(() -> "counted for " + REQUEST.get());
    } finally {
      REQUEST.remove();
      counters.stop();
    }
  }

  // @end region="service"

  // @start region="nested"
  static List<String> nested() throws InterruptedException {
    return Carrying.call(
        ContextCarrier.scopedValues(USER),
        () ->
            Carrying.call(
                requests(), // now both are carried
                () ->
                    ScopedValue.where(USER, "ann")
                        .call(() -> Tasks.all(List.of(() -> USER.get() + " " + REQUEST.get())))));
  }

  // @end region="nested"

  // @start region="none"
  static boolean switchedOff() throws InterruptedException {
    return Carrying.call(
        ContextCarrier.none(), () -> Selvage.callBlocking(() -> USER.isBound())); // false
  }
  // @end region="none"
}
