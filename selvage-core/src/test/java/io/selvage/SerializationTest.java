package io.selvage;

import static io.selvage.Bodies.failWith;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.selvage.channel.Channel;
import io.selvage.channel.Overflow;
import io.selvage.process.ProcessSpec;
import io.selvage.service.RequestRegistry;
import io.selvage.service.ServiceFailedException;
import io.selvage.service.ThreadService;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.NotSerializableException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.lang.module.ModuleReader;
import java.lang.module.ModuleReference;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What the library throws can be written and read again, with all that it knows. */
@ExtendWith(LeakCheck.class)
class SerializationTest {

  private static <T> byte[] written(T object) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
      out.writeObject(object);
    }
    return bytes.toByteArray();
  }

  @SuppressWarnings({"unchecked", "BanSerializableRead"}) // its own bytes
  private static <T> T copy(T object) throws Exception {
    try (ObjectInputStream in = new ObjectInputStream(new ByteArrayInputStream(written(object)))) {
      return (T) in.readObject();
    }
  }

  /** One of each, as the library throws it. */
  static List<Throwable> thrown() throws Exception {
    return List.of(
        failureOfSeveral(),
        cancellation(),
        cancelledTask(),
        joinCycle(),
        catchThrowable(() -> closed().send("x")),
        catchThrowable(() -> closed().receive()),
        catchThrowable(() -> failed().receive()),
        catchThrowable(SerializationTest::sendToFull),
        requestFailed(),
        serviceFailed(),
        catchThrowable(ProcessSpec.of("false")::run),
        catchThrowable(ProcessSpec.of("no-such-program")::run),
        catchThrowable(() -> CancelScope.failAfter(Duration.ZERO).run(Selvage::checkpoint)));
  }

  private static void sendToFull() throws InterruptedException {
    Channel<String> full = Channel.options().withName("jobs").bounded(1, Overflow.THROW);
    full.send("first");
    full.send("second");
  }

  private static TaskFailedException failureOfSeveral() {
    return catchThrowableOfType(
        TaskFailedException.class,
        () ->
            TaskGroup.run(
                g -> {
                  CountDownLatch waiting = new CountDownLatch(2);
                  g.launch("late", () -> failLate(waiting));
                  g.launch("swallows", () -> swallow(waiting));
                  g.fork(
                      "original",
                      () -> {
                        Threads.await(waiting);
                        IOException original = new IOException("meant", new Error("its cause"));
                        original.addSuppressed(new IllegalStateException("its clean-up"));
                        throw original;
                      });
                }));
  }

  private static void failLate(CountDownLatch waiting) {
    swallow(waiting);
    throw new IllegalArgumentException("meant, too");
  }

  private static void swallow(CountDownLatch waiting) {
    waiting.countDown();
    try {
      Selvage.sleep(Threads.LONG);
    } catch (InterruptedException e) {
      // on purpose
    }
  }

  private static Throwable cancellation() throws Exception {
    Throwable[] seen = new Throwable[1];
    TaskGroup.run(
        g -> {
          Task<?> task = g.launch(() -> Selvage.sleep(Threads.LONG));
          CountDownLatch begun = new CountDownLatch(1);
          g.launch(
              () -> {
                begun.countDown();
                seen[0] = catchThrowable(task::join); // holds on to the task
              });
          Threads.await(begun);
          g.scope().cancelFor(ScopeCause.of(CancelledException.Source.FAILURE, "meant"));
        });
    return seen[0];
  }

  private static Throwable cancelledTask() throws Exception {
    return TaskGroup.call(
        g -> {
          Task<?> task = g.launch(() -> Selvage.sleep(Threads.LONG));
          task.cancel("meant");
          return catchThrowable(task::join);
        });
  }

  private static Throwable joinCycle() throws Exception {
    return TaskGroup.call(
        g -> {
          Task<?>[] self = new Task<?>[1];
          CountDownLatch known = new CountDownLatch(1);
          Task<Throwable> task =
              g.fork(
                  () -> {
                    Threads.await(known);
                    return catchThrowable(() -> self[0].join());
                  });
          self[0] = task;
          known.countDown();
          return task.join();
        });
  }

  private static Channel<String> closed() {
    Channel<String> channel = Channel.unbounded();
    channel.close();
    return channel;
  }

  private static Channel<String> failed() {
    Channel<String> channel = Channel.unbounded();
    channel.fail(new IOException("meant"));
    return channel;
  }

  private static Throwable requestFailed() {
    RequestRegistry<String, String> requests = new RequestRegistry<>();
    return catchThrowable(
        () -> requests.request("key", handle -> handle.fail(new IOException("meant"))));
  }

  private static Throwable serviceFailed() {
    return catchThrowableOfType(
        ServiceFailedException.class,
        () ->
            ThreadService.virtual("bad", context -> failWith(new IOException("meant")))
                .start()
                .awaitStarted());
  }

  @ParameterizedTest
  @MethodSource("thrown")
  void survivesWithMessageCausesSuppressedAndStack(Throwable original) throws Exception {
    assertSame(copy(original), original);
  }

  private static void assertSame(Throwable copy, Throwable original) {
    assertThat(copy).isExactlyInstanceOf(original.getClass()).hasMessage(original.getMessage());
    assertThat(copy.getStackTrace()).isEqualTo(original.getStackTrace());
    if (original.getCause() != null) {
      assertSame(copy.getCause(), original.getCause());
    }
    assertThat(copy.getSuppressed()).hasSameSizeAs(original.getSuppressed());
    for (int i = 0; i < original.getSuppressed().length; i++) {
      assertSame(copy.getSuppressed()[i], original.getSuppressed()[i]);
    }
    assertAccessorsAgree(copy, original);
  }

  /** All that the type itself can be asked for. */
  private static void assertAccessorsAgree(Throwable copy, Throwable original) {
    if (original.getClass().getName().startsWith("io.selvage.")) {
      Arrays.stream(original.getClass().getDeclaredMethods())
          .filter(method -> Modifier.isPublic(method.getModifiers()))
          .filter(method -> method.getParameterCount() == 0)
          .forEach(
              method ->
                  assertThat(catchThrowable(() -> assertSameText(method, copy, original)))
                      .as("%s", method)
                      .isNull());
    }
  }

  private static void assertSameText(Method method, Throwable copy, Throwable original)
      throws Exception {
    assertThat(String.valueOf(method.invoke(copy)))
        .isEqualTo(String.valueOf(method.invoke(original)));
  }

  @Test
  void noTypeIsForgotten() throws Exception {
    List<String> exceptions = publicExceptions();
    assertThat(exceptions).contains(TaskFailedException.class.getName());
    assertThat(thrown())
        .extracting(each -> each.getClass().getName())
        .containsAll(exceptions)
        .contains(TimeoutException.class.getName());
  }

  private static boolean isPublicThrowable(Class<?> type) {
    return Throwable.class.isAssignableFrom(type) && Modifier.isPublic(type.getModifiers());
  }

  /** The names of the exceptions in the exported packages. */
  private static List<String> publicExceptions() throws IOException {
    Module core = TaskGroup.class.getModule();
    ModuleReference reference =
        core.getLayer().configuration().findModule(core.getName()).orElseThrow().reference();
    try (ModuleReader reader = reference.open();
        Stream<String> files = reader.list()) {
      return files
          .filter(file -> file.startsWith("io/selvage/") && file.endsWith(".class"))
          .map(file -> file.replace(".class", "").replace('/', '.'))
          .filter(name -> core.isExported(name.substring(0, name.lastIndexOf('.'))))
          .filter(name -> isPublicThrowable(Class.forName(core, name)))
          .toList();
    }
  }

  @Test
  void theViewsOfAFailureAreOfOnePieceAgain() throws Exception {
    TaskFailedException original = failureOfSeveral();
    TaskFailedException copy = copy(original);
    assertThat(copy.getCause()).isSameAs(copy.failures().getFirst()).hasMessage("meant");
    assertThat(copy.getCause().getCause()).hasMessage("its cause");
    assertThat(copy.getCause().getSuppressed())
        .singleElement()
        .isInstanceOf(RuntimeException.class);
    assertThat(copy.details())
        .extracting(TaskFailedException.Failure::name)
        .containsExactly("group/original", "group/late");
    assertThat(copy.details())
        .extracting(TaskFailedException.Failure::thrown)
        .containsExactlyElementsOf(copy.failures());
    assertThat(copy.details().getLast().whileCancelled()).isTrue();
    assertThat(copy.getSuppressed()).containsExactly(copy.failures().getLast());
    assertThat(copy.misbehaved()).containsExactly("group/swallows");
    assertThat(copy.describe()).isEqualTo(original.describe());
  }

  @Test
  void aCauseThatCannotBeWrittenIsNamedAndTheTextIsThereAllTheSame() {
    TaskFailedException thrown =
        catchThrowableOfType(
            TaskFailedException.class,
            () -> TaskGroup.run(g -> g.fork(() -> failWith(new Unwritable()))));
    assertThatThrownBy(() -> written(thrown))
        .isInstanceOf(NotSerializableException.class)
        .hasMessageContaining(Object.class.getName());
    assertThat(thrown.describe()).contains("Unwritable: meant");
  }

  /** An exception that cannot be written, as none of the library may be. */
  @SuppressWarnings("serial")
  static final class Unwritable extends Exception {
    private final Object resource = new Object();

    Unwritable() {
      super("meant");
    }

    Object resource() {
      return resource;
    }
  }
}
