package io.selvage.interop.libraries;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.context.ContextRegistry;
import io.micrometer.context.ContextSnapshot;
import io.micrometer.context.ContextSnapshotFactory;
import io.micrometer.context.ThreadLocalAccessor;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.Scope;
import io.opentelemetry.sdk.trace.ReadableSpan;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.selvage.Loop;
import io.selvage.Selvage;
import io.selvage.Task;
import io.selvage.TaskGroup;
import io.selvage.Tasks;
import io.selvage.context.Carrying;
import io.selvage.context.ContextCarrier;
import io.selvage.function.ThrowingRunnable;
import io.selvage.interop.HomeThread;
import io.selvage.service.Actor;
import io.selvage.service.LoopService;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.MDC;
import reactor.core.publisher.Hooks;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/**
 * Micrometer's context-propagation as a carrier: the diagnostic context (MDC) of SLF4J and Logback,
 * the spans of OpenTelemetry, and Reactor, together with a scoped value.
 */
class ContextPropagationTest {
  private static final ScopedValue<String> USER = ScopedValue.newInstance();
  private static final SdkTracerProvider TRACING = SdkTracerProvider.builder().build();
  private static final Tracer TRACER = TRACING.get("test");

  private final ContextRegistry registry = new ContextRegistry();
  private final List<String> log = new CopyOnWriteArrayList<>();

  // @start region="micrometer"
  static ContextCarrier micrometer(ContextSnapshotFactory factory) {
    return () -> {
      ContextSnapshot snapshot = factory.captureAll();
      return body -> {
        try (ContextSnapshot.Scope scope = snapshot.setThreadLocals()) {
          body.run();
        }
      };
    };
  }

  // @end region="micrometer"

  // @start region="openTelemetry"
  static ContextCarrier openTelemetry() {
    return () -> {
      Context context = Context.current(); // with its span
      return body -> {
        try (Scope scope = context.makeCurrent()) {
          body.run();
        }
      };
    };
  }

  // @end region="openTelemetry"

  private final ContextCarrier carrier =
      micrometer(
          ContextSnapshotFactory.builder().contextRegistry(registry).clearMissing(true).build());

  @BeforeEach
  void register() {
    registry.registerThreadLocalAccessor(new DiagnosticContext());
    registry.registerThreadLocalAccessor(new Spans());
  }

  @AfterEach
  void clean() {
    MDC.clear();
    assertThat(Span.current().getSpanContext().isValid()).isFalse();
  }

  @AfterAll
  static void close() {
    TRACING.close();
  }

  /** The whole diagnostic context as one value. */
  private static final class DiagnosticContext implements ThreadLocalAccessor<Map<String, String>> {
    @Override
    public Object key() {
      return "mdc";
    }

    @Override
    public Map<String, String> getValue() {
      Map<String, String> entries = MDC.getCopyOfContextMap();
      return entries == null || entries.isEmpty() ? null : entries;
    }

    @Override
    public void setValue(Map<String, String> entries) {
      MDC.setContextMap(entries);
    }

    @Override
    public void setValue() {
      MDC.clear();
    }
  }

  /** The current context of OpenTelemetry, and so its span. */
  private static final class Spans implements ThreadLocalAccessor<Context> {
    private final ThreadLocal<Deque<Scope>> open = ThreadLocal.withInitial(ArrayDeque::new);

    @Override
    public Object key() {
      return "opentelemetry";
    }

    @Override
    public Context getValue() {
      Context current = Context.current();
      return current == Context.root() ? null : current;
    }

    @Override
    @SuppressWarnings("MustBeClosedChecker") // restore closes it
    public void setValue(Context context) {
      open.get().push(context.makeCurrent());
    }

    @Override
    public void setValue() {
      setValue(Context.root());
    }

    @Override
    public void restore(Context previous) {
      restore();
    }

    @Override
    public void restore() {
      Deque<Scope> scopes = open.get();
      scopes.pop().close();
      if (scopes.isEmpty()) {
        open.remove();
      }
    }
  }

  /**
   * Runs a body with an entry, a span and a scoped value of this name, all of which are carried.
   */
  private void as(String name, ThrowingRunnable<Exception> body) throws Exception {
    Carrying.run(
        carrier, () -> Carrying.run(ContextCarrier.scopedValues(USER), () -> with(name, body)));
  }

  private static void with(String name, ThrowingRunnable<Exception> body) throws Exception {
    Span span = TRACER.spanBuilder(name).startSpan();
    try (MDC.MDCCloseable entry = MDC.putCloseable("request", name);
        Scope scope = span.makeCurrent()) {
      ScopedValue.where(USER, name)
          .<Boolean, Exception>call(
              () -> {
                body.run();
                return true;
              });
    } finally {
      span.end();
    }
  }

  /** {@return what the calling thread sees: the entry, the span, and the scoped value} */
  private static String seen() {
    String span = Span.current() instanceof ReadableSpan readable ? readable.getName() : "none";
    return MDC.get("request") + " " + span + " " + (USER.isBound() ? USER.get() : "none");
  }

  @Test
  void nothingIsSeenInAForkUnlessItIsSwitchedOn() throws Exception {
    with(
        "r1",
        () ->
            assertThat(Tasks.all(List.of(ContextPropagationTest::seen)))
                .containsExactly("null none none"));
  }

  @Test
  void allThreeAreSeenInForksAndBlockingCalls() throws Exception {
    as(
        "r1",
        () ->
            TaskGroup.run(
                group -> {
                  assertThat(group.fork(ContextPropagationTest::seen).join()).isEqualTo("r1 r1 r1");
                  assertThat(Selvage.callBlocking(ContextPropagationTest::seen))
                      .isEqualTo("r1 r1 r1");
                  assertThat(Tasks.map(List.of(1, 2, 3), item -> seen())).containsOnly("r1 r1 r1");
                }));
  }

  @Test
  void aSpanThatAForkStartsIsAChildOfThatOfItsForker() throws Exception {
    as(
        "r1",
        () -> {
          String parent =
              Tasks.<String>all(
                      List.of(
                          () -> {
                            Span child = TRACER.spanBuilder("child").startSpan();
                            try (Scope scope = child.makeCurrent()) {
                              return ((ReadableSpan) child).getParentSpanContext().getSpanId();
                            } finally {
                              child.end();
                            }
                          }))
                  .getFirst();
          assertThat(parent).isEqualTo(Span.current().getSpanContext().getSpanId());
        });
  }

  @Test
  void changesOfAForkStayPrivate() throws Exception {
    as(
        "r1",
        () ->
            TaskGroup.run(
                group -> {
                  Task<String> task =
                      group.fork(
                          () -> {
                            MDC.put("request", "changed");
                            return seen();
                          });
                  assertThat(task.join()).isEqualTo("changed r1 r1");
                  assertThat(seen()).isEqualTo("r1 r1 r1");
                  assertThat(group.fork(ContextPropagationTest::seen).join()).isEqualTo("r1 r1 r1");
                }));
  }

  @Test
  void allThreeAreSeenInALoopAndInCallsToOne() throws Exception {
    as(
        "r1",
        () ->
            assertThat(new Loop().<String, RuntimeException>call(ContextPropagationTest::seen))
                .isEqualTo("r1 r1 r1"));
    LoopService[] service = new LoopService[1];
    as("start", () -> service[0] = LoopService.virtual("loop").start());
    with(
        "caller",
        () ->
            assertThat(service[0].<String, RuntimeException>callSync(ContextPropagationTest::seen))
                .isEqualTo("caller caller caller"));
    assertThat(service[0].<String, RuntimeException>callSync(ContextPropagationTest::seen))
        .isEqualTo("null none none");
    service[0].stop();
    service[0].awaitStopped();
  }

  @Test
  void anActorHandlesAMessageWithTheSpanOfItsSender() throws Exception {
    List<Actor<String>> actors = new CopyOnWriteArrayList<>();
    as(
        "made",
        () -> {
          actors.add(Actor.of(message -> log.add(message + " " + seen())));
          actors.add(Actor.concurrent((message, baton) -> log.add(message + " " + seen())));
        });
    for (Actor<String> actor : actors) {
      with("s1", () -> actor.submit("a"));
      with("s2", () -> actor.submit("b"));
      actor.close();
      actor.run();
    }
    assertThat(log).containsExactly("a s1 s1 s1", "b s2 s2 s2", "a s1 s1 s1", "b s2 s2 s2");
    assertThat(seen()).isEqualTo("null none none");
  }

  @Test
  void aHomeThreadHasTheContextOfItsCallerAndIsCleanAfterwards() throws Exception {
    try (ExecutorService thread = Executors.newSingleThreadExecutor()) {
      HomeThread[] home = new HomeThread[1];
      as("made", () -> home[0] = HomeThread.of("home", thread, () -> false));
      with(
          "caller",
          () ->
              assertThat(home[0].<String, RuntimeException>callSync(ContextPropagationTest::seen))
                  .isEqualTo("caller caller caller"));
      assertThat(thread.submit(ContextPropagationTest::seen).get()).isEqualTo("null none none");
      assertThat(thread.submit(MDC::getCopyOfContextMap).get()).isNullOrEmpty();
    }
  }

  @Test
  void openTelemetryAloneNeedsNoMicrometer() throws Exception {
    Carrying.run(
        openTelemetry(),
        () ->
            with(
                "r1",
                () ->
                    assertThat(Tasks.all(List.of(ContextPropagationTest::seen)))
                        .containsExactly("null r1 none")));
  }

  @Test
  void valuesGoFromReactorIntoForksAndBack() throws Exception {
    ContextRegistry.getInstance()
        .registerThreadLocalAccessor(
            "request",
            () -> MDC.get("request"),
            value -> MDC.put("request", value),
            () -> MDC.remove("request"));
    Hooks.enableAutomaticContextPropagation();
    try {
      ContextCarrier global = micrometer(ContextSnapshotFactory.builder().build());
      String inFork =
          Mono.fromCallable(
                  () ->
                      Carrying.call(
                          global,
                          () -> Tasks.<String>all(List.of(() -> MDC.get("request"))).getFirst()))
              .subscribeOn(Schedulers.boundedElastic())
              .contextWrite(context -> context.put("request", "from reactor"))
              .block();
      assertThat(inFork).isEqualTo("from reactor");
      MDC.put("request", "from a fork");
      String inReactor =
          Carrying.call(
                  global,
                  () ->
                      Tasks.<String>all(
                          List.of(
                              () ->
                                  Mono.fromCallable(() -> MDC.get("request"))
                                      .subscribeOn(Schedulers.boundedElastic())
                                      .contextCapture()
                                      .block())))
              .getFirst();
      assertThat(inReactor).isEqualTo("from a fork");
    } finally {
      Hooks.disableAutomaticContextPropagation();
      ContextRegistry.getInstance().removeThreadLocalAccessor("request");
    }
  }
}
