package io.selvage;

import static org.assertj.core.api.Assertions.assertThat;

import io.selvage.channel.Channel;
import io.selvage.function.ThrowingRunnable;
import io.selvage.function.ThrowingSupplier;
import io.selvage.interop.Background;
import io.selvage.interop.HomeThread;
import io.selvage.process.ProcessSpec;
import io.selvage.service.CloseSignal;
import io.selvage.service.LoopService;
import io.selvage.sync.Event;
import java.io.InputStream;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Any method reference, also one to an overloaded method, and any empty lambda can be a body. */
class MethodReferencesTest {

  /** Is compiled, and never run. */
  @SuppressWarnings("unused")
  static void all(
      TaskGroup group,
      Channel<String> channel,
      Event event,
      CountDownLatch latch,
      InputStream in,
      BlockingQueue<String> queue,
      Thread thread,
      CloseSignal closing,
      Loop loop)
      throws Exception {
    Duration limit = Duration.ofMillis(1);
    group.launch(channel::close);
    group.fork(channel::drain);
    group.launch(event::await);
    group.fork(ProcessSpec.of("true")::run);
    group.launch(latch::await);
    group.fork(queue::take);
    group.launch(closing::await);
    group.launch("named", in::close);
    group.launch(
        () -> {
          while (true) {
            channel.receive();
          }
        });
    group.launch(() -> event.await());
    group.launchUnsupervised("named", () -> {});
    CancelScope.moveOnAfter(limit).run(event::await);
    CancelScope.moveOnAfter(limit).run(latch::await);
    CancelScope.moveOnAfter(limit).run(() -> event.await());
    CancelScope.failAfter(limit).run(thread::join);
    CancelScope.create().run(event::await);
    Selvage.callBlocking(in::read);
    Selvage.runBlocking(latch::await);
    Selvage.callCancellable(in::read, () -> {});
    loop.run(event::await);
    loop.execute(() -> {});
    Tasks.runIsolated(() -> {});
    Tasks.runIsolated(channel::close);
  }

  /** Is compiled, and never run. */
  @SuppressWarnings("unused")
  static void more(
      TaskGroup group,
      Channel<String> channel,
      Event event,
      InputStream in,
      List<String> items,
      Loop loop,
      LoopService service,
      HomeThread home,
      Background background)
      throws Exception {
    group.forkUnsupervised("named", channel::drain);
    loop.launch(event::await);
    loop.submit(channel::drain);
    loop.call(channel::drain);
    service.submit(channel::drain);
    service.execute(channel::close);
    service.runSoon(channel::close);
    service.callSync(channel::drain);
    service.runSync(channel::close);
    home.callSync(channel::drain);
    home.runSync(channel::close);
    home.runSoon(channel::close);
    background.fork(channel::drain);
    background.launch(channel::close);
    ThreadPool.shared().call(in::read);
    ThreadPool.shared().run(in::close);
    Selvage.runCancellable(in::close, in::close);
    CancelScope.failAfter(Duration.ofMillis(1)).call(in::read);
    Tasks.callIsolated(channel::drain);
    Tasks.map(items, channel::send);
    Tasks.forEach(items, channel::send);
    Tasks.forEach(items, item -> {});
    Tasks.forEachBlocking(items, 2, item -> {});
    ThreadPool.shared().forEach(items, item -> {});
  }

  // ---- the rule itself

  @ParameterizedTest
  @ValueSource(
      classes = {
        TaskGroup.class,
        Loop.class,
        CancelScope.class,
        TimeLimit.class,
        ScopeGroup.class,
        Selvage.class,
        Tasks.class,
        ThreadPool.class,
        Canceller.class,
        LoopService.class,
        HomeThread.class,
        Background.class
      })
  void aBodyWithAResultAndOneWithoutNeverShareAName(Class<?> type) {
    Map<String, List<Boolean>> shapes =
        Arrays.stream(type.getMethods())
            .filter(method -> method.getDeclaringClass() == type && takesABody(method))
            .collect(
                Collectors.groupingBy(
                    Method::getName,
                    Collectors.mapping(MethodReferencesTest::takesAResult, Collectors.toList())));
    assertThat(shapes).isNotEmpty();
    assertThat(shapes.entrySet().stream().filter(each -> each.getValue().contains(true)))
        .allSatisfy(each -> assertThat(each.getValue()).doesNotContain(false));
  }

  @Test
  void theRuleFindsAClassThatBreaksIt() {
    assertThat(
            Arrays.stream(Offender.class.getDeclaredMethods())
                .filter(MethodReferencesTest::takesABody)
                .map(MethodReferencesTest::takesAResult))
        .containsExactlyInAnyOrder(true, false);
  }

  /** Breaks the rule, on purpose. */
  @SuppressWarnings("unused")
  interface Offender {
    void go(ThrowingRunnable<?> body);

    void go(ThrowingSupplier<?, ?> body);
  }

  private static boolean takesABody(Method method) {
    return Arrays.stream(method.getParameterTypes())
        .anyMatch(type -> type.isInterface() && bodyOf(type) != null);
  }

  private static boolean takesAResult(Method method) {
    return Arrays.stream(method.getParameterTypes())
        .filter(type -> type.isInterface() && bodyOf(type) != null)
        .findFirst()
        .map(type -> bodyOf(type).getReturnType() != void.class)
        .orElseThrow();
  }

  /** The only method without a body of a type that a lambda can be, or null. */
  private static Method bodyOf(Class<?> type) {
    List<Method> open =
        Arrays.stream(type.getMethods())
            .filter(method -> Modifier.isAbstract(method.getModifiers()))
            .toList();
    return open.size() == 1 && type != Iterable.class && type != Comparable.class
        ? open.getFirst()
        : null;
  }
}
