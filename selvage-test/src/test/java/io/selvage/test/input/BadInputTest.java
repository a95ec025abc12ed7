package io.selvage.test.input;

import static io.selvage.test.input.ArgumentTypes.absurd;
import static io.selvage.test.input.ArgumentTypes.elementOf;
import static io.selvage.test.input.ArgumentTypes.hasElements;
import static io.selvage.test.input.ArgumentTypes.isNullable;
import static io.selvage.test.input.ArgumentTypes.raw;
import static org.assertj.core.api.Assertions.assertThat;

import io.selvage.CancelScope;
import io.selvage.TaskGroup;
import io.selvage.kernel.ThreadRecord;
import io.selvage.net.Network;
import io.selvage.net.SocketListener;
import io.selvage.net.SocketStream;
import io.selvage.observe.Dump;
import io.selvage.test.Simulation;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.AnnotatedType;
import java.lang.reflect.Constructor;
import java.lang.reflect.Executable;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Calls every public method and constructor with null and with absurd values in each position. Each
 * must refuse them at once, and say which argument it was, what is wrong with it, and what it was.
 *
 * <p>A new type, or a new kind of argument, needs an entry in {@link Recipes}.
 */
class BadInputTest {
  /** No call has started a service, or has left something open. */
  @AfterEach
  void nothingIsLeftRunning() throws InterruptedException {
    long giveUp = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(PATIENCE_MILLIS);
    while (!services().isEmpty() && System.nanoTime() < giveUp) {
      Thread.sleep(1);
    }
    assertThat(services()).isEmpty();
  }

  private static List<String> services() {
    return Dump.take().roots().stream()
        .filter(root -> root instanceof Dump.ThreadNode thread && thread.service())
        .map(Object::toString)
        .toList();
  }

  /** Far more than any call may take: no call may wait. */
  private static final long PATIENCE_MILLIS = 20_000;

  private static final Recipes RECIPES = new Recipes();

  /** Stands for a good collection whose second element is made null. */
  private static final Object NULL_IN = new Object();

  /** JUnit calls these, and passes the arguments. */
  private static final Set<String> OF_OTHERS = Set.of("LeakExtension", "SimulationExtension");

  /**
   * Absurd values that are taken, as they mean something: {@code Type.method(Types): name = value}.
   * A regular expression each.
   */
  private static final List<String> TAKEN =
      List.of(
          // a duration of zero is a look, or a limit that is over at once
          ".* = PT0S",
          // large is not absurd
          ".* = (2147483647|9223372036854775807)",
          // seeds, priorities and floors are any number
          ".*: (seed|firstSeed|newSeed|floor) = .*",
          // a reason may be left open
          ".*: (reason|closeReason) = ",
          // none of them, or the first
          "(CompletionOrder.await|Receiver.drain|new Semaphore|Semaphore.add|MemoryStreams.pair"
              + "|Sequencer.await|Sequencer.at|Strategy.exhaustive)\\(.* = 0",
          // no bytes
          "(.*ByteStream.(receiveExactly|receiveUntil)|(FrameDecoder|.*Format).length"
              + "|(Line|Length|Delimiter)Format.of)\\(.*: (count|limit|seen) = 0",
          // any port that is free
          "(Network.listen|Server.serveTcp)\\(.*: port = 0",
          // no calls: nothing to wait for
          "(Tasks.(all|joinAll|asCompleted|map|mapBlocking|forEach|forEachBlocking)"
              + "|ThreadPool.(map|forEach)|GroupExecutor.invokeAll|ServiceGroup.of"
              + "|SelvageRuntime.(spawnAll|launchAll))\\(.* = \\[\\]",
          // nothing to send, and no protocol to agree on
          "(.*ByteStream.sendAll|Tls(Client|Server).withApplicationProtocols)\\(.* = \\[\\]",
          // an empty text is an input, a line, and the value of a variable
          "(Input.text|ProcessSpec.input|ProcessSpec.env|LineFormat.encode)\\(.*"
              + ": (text|value|line) = ",
          // earlier
          "Deadline.plus\\(.* = PT-0.000000001S",
          // as the interfaces of the JDK have it
          "GroupExecutor.*: timeout = .*",
          // what the library reports: these carry what they are told
          "new (Dump\\..*|LoopStall|TaskFailedException.Failure|ChannelStats|Tick|Signal"
              + "|Exploration|SimulationReport|Server.StopReport|NetworkStatistics|ProcessResult|.*Exception)\\(.*");

  /** Not called so: it is right to take its time. */
  private static final List<String> LONG = List.of(".*\\.explore\\(.*: runs = 2147483647");

  private record Call(Executable what, int position, String name, String value, Object argument) {
    @Override
    public String toString() {
      return PublicApi.describe(what) + ": " + name + " = " + value;
    }
  }

  private static List<Class<?>> types() throws IOException {
    List<Class<?>> all = new ArrayList<>(PublicApi.types(TaskGroup.class));
    all.addAll(PublicApi.types(Network.class));
    all.addAll(PublicApi.types(Simulation.class));
    return all.stream()
        .filter(type -> !type.isAnnotation() && !OF_OTHERS.contains(PublicApi.nameOf(type)))
        .filter(type -> !isForUsersToImplement(type))
        .toList();
  }

  private static boolean isForUsersToImplement(Class<?> type) {
    return type.isAnnotationPresent(FunctionalInterface.class) && RECIPES.receivers(type).isEmpty();
  }

  private static List<Executable> calls() throws IOException {
    List<Executable> all = new ArrayList<>();
    for (Class<?> type : types()) {
      all.addAll(PublicApi.takingArguments(type));
    }
    assertThat(all).hasSizeGreaterThan(200);
    return all;
  }

  /** Without this a new method would not be tried. */
  @Test
  void thereIsARecipeForEachReceiverAndEachArgument() throws Exception {
    Set<String> missing = new TreeSet<>();
    for (Executable each : calls()) {
      if (needsReceiver(each) && RECIPES.receivers(each.getDeclaringClass()).isEmpty()) {
        missing.add("receiver " + each.getDeclaringClass().getName());
      }
      for (AnnotatedType type : each.getAnnotatedParameterTypes()) {
        if (recipe(type) == null) {
          missing.add("argument " + type);
        }
      }
    }
    assertThat(missing).as("to be added to Recipes").isEmpty();
  }

  @Test
  void eachRefusesNullAndNamesTheArgument() throws Exception {
    List<String> wrong = new ArrayList<>();
    for (Executable each : calls()) {
      AnnotatedType[] types = each.getAnnotatedParameterTypes();
      for (int i = 0; i < types.length; i++) {
        if (!each.getParameterTypes()[i].isPrimitive() && !isNullable(each, types[i])) {
          wrong.addAll(tryAll(each, i, "null", null, BadInputTest::judgeNull));
        }
      }
    }
    assertThat(String.join("\n", wrong)).isEmpty();
  }

  @Test
  void eachRefusesCollectionsWithANullAndNamesTheElement() throws Exception {
    List<String> wrong = new ArrayList<>();
    for (Executable each : calls()) {
      AnnotatedType[] types = each.getAnnotatedParameterTypes();
      for (int i = 0; i < types.length; i++) {
        Class<?> type = each.getParameterTypes()[i];
        if (hasElements(type) && !isNullable(each, elementOf(types[i]))) {
          wrong.addAll(tryAll(each, i, "[.., null]", NULL_IN, BadInputTest::judgeNullElement));
        }
      }
    }
    assertThat(String.join("\n", wrong)).isEmpty();
  }

  @Test
  void eachRefusesAbsurdValuesAndSaysWhatTheyWere() throws Exception {
    List<String> wrong = new ArrayList<>();
    for (Executable each : calls()) {
      for (int i = 0; i < each.getParameterCount(); i++) {
        for (Map.Entry<String, Object> absurd :
            new TreeMap<>(absurd(each.getParameterTypes()[i])).entrySet()) {
          wrong.addAll(
              tryAll(each, i, absurd.getKey(), absurd.getValue(), BadInputTest::judgeAbsurd));
        }
      }
    }
    assertThat(String.join("\n", wrong)).isEmpty();
  }

  // ---- what is tried

  private static boolean needsReceiver(Executable each) {
    return each instanceof Method && !Modifier.isStatic(each.getModifiers());
  }

  private static Recipes.@Nullable Recipe<?> recipe(AnnotatedType type) {
    Class<?> raw = raw(type);
    return hasElements(raw) && !raw.isArray()
        ? RECIPES.elements(raw(elementOf(type)))
        : RECIPES.argument(raw);
  }

  // ---- how it is judged: null is fine, otherwise what is wrong

  private interface Judge {
    @Nullable String judge(Call call, @Nullable Throwable thrown);
  }

  private static @Nullable String judgeNull(Call call, @Nullable Throwable thrown) {
    return thrown instanceof NullPointerException && names(thrown, call.name)
        ? null
        : "throws " + thrown;
  }

  private static @Nullable String judgeNullElement(Call call, @Nullable Throwable thrown) {
    boolean named =
        thrown instanceof NullPointerException
            && String.valueOf(thrown.getMessage()).contains("element 1 of " + call.name);
    return named ? null : "throws " + thrown;
  }

  private static @Nullable String judgeAbsurd(Call call, @Nullable Throwable thrown) {
    boolean refused =
        (thrown instanceof IllegalArgumentException || thrown instanceof IndexOutOfBoundsException)
            && names(thrown, call.name)
            && (call.value.length() < 3 || thrown.getMessage().contains(call.value));
    boolean works =
        thrown == null
            || thrown instanceof TimeoutException
            || thrown instanceof IllegalStateException;
    boolean taken = works && isIn(TAKEN, call);
    return refused || taken ? null : "throws " + thrown;
  }

  private static boolean isIn(List<String> patterns, Call call) {
    return patterns.stream().anyMatch(call.toString()::matches);
  }

  /** {@code newName} may be called {@code name}: it is so called for the compiler's sake only. */
  private static boolean names(Throwable thrown, String name) {
    String message = thrown.getMessage() + " ";
    if (message.startsWith("Cannot ")) {
      return false; // the virtual machine says that, and perhaps it does not know the name
    }
    String plain =
        name.startsWith("new")
            ? name.substring(3, 4).toLowerCase(java.util.Locale.ROOT) + name.substring(4)
            : name;
    return message.matches("(?s)(.*\\W)?(" + name + "|" + plain + ")\\W.*");
  }

  // ---- trying

  private static List<String> tryAll(
      Executable each, int position, String value, @Nullable Object argument, Judge judge)
      throws Exception {
    List<String> wrong = new ArrayList<>();
    List<Recipes.Recipe<?>> receivers =
        needsReceiver(each)
            ? RECIPES.receivers(each.getDeclaringClass())
            : List.<Recipes.Recipe<?>>of(group -> "none");
    for (Recipes.Recipe<?> receiver : receivers) {
      String said = tryOne(each, receiver, position, value, argument, judge);
      if (said != null) {
        wrong.add(said);
      }
    }
    return wrong;
  }

  private static @Nullable String tryOne(
      Executable each,
      Recipes.Recipe<?> receiver,
      int position,
      String value,
      @Nullable Object argument,
      Judge judge)
      throws Exception {
    AtomicReference<String> said = new AtomicReference<>("hangs");
    Thread thread =
        Thread.ofPlatform()
            .daemon()
            .name("call of " + each.getName())
            .start(() -> said.set(run(each, receiver, position, value, argument, judge)));
    if (!thread.join(Duration.ofMillis(PATIENCE_MILLIS))) {
      return PublicApi.describe(each)
          + ", "
          + value
          + ": hangs at "
          + Arrays.toString(thread.getStackTrace());
    }
    return said.get();
  }

  private static @Nullable String run(
      Executable each,
      Recipes.Recipe<?> receiver,
      int position,
      String value,
      @Nullable Object argument,
      Judge judge) {
    String[] said = {null};
    Call[] call = {null};
    try {
      TaskGroup.run(
          group -> {
            Object on = receiver.make(group);
            List<String> names =
                PublicApi.parameterNames(
                    each, needsReceiver(each) ? on.getClass() : each.getDeclaringClass());
            call[0] = new Call(each, position, names.get(position), value, argument);
            if (isIn(LONG, call[0])) {
              return;
            }
            Object[] arguments = new Object[each.getParameterCount()];
            for (int i = 0; i < arguments.length; i++) {
              arguments[i] =
                  i == position && argument != NULL_IN
                      ? argument
                      : names.get(i).equals("host") && each.getParameterTypes()[i] == String.class
                          ? "localhost" // another name might be looked up in the internet
                          : recipe(each.getAnnotatedParameterTypes()[i]).make(group);
            }
            if (argument == NULL_IN) {
              putNull(arguments[position]);
            }
            Throwable thrown = thrownBy(each, on, arguments);
            said[0] = judge.judge(call[0], thrown);
            group.cancel();
          });
    } catch (Throwable t) {
      said[0] = said[0] == null ? "its group fails with " + t : said[0];
    }
    if (Thread.currentThread().isInterrupted()) {
      said[0] = "leaves the interrupt flag set, " + said[0];
    }
    ThreadRecord record = ThreadRecord.current();
    if (record.region() != record.root()) {
      said[0] = "leaves a region behind, " + said[0];
    }
    return said[0] == null ? null : call[0] + ": " + said[0];
  }

  @SuppressWarnings("unchecked") // it was made by a recipe
  private static void putNull(Object elements) {
    if (elements instanceof Object[] array) {
      array[1] = null;
    } else {
      ((List<Object>) elements).set(1, null);
    }
  }

  /**
   * What a call throws; a wait that is not refused is given up soon. A call that says in its own
   * way that it was given up has thrown nothing: on a slow machine this can be any that takes time.
   */
  private static @Nullable Throwable thrownBy(Executable each, Object on, Object[] arguments) {
    Throwable[] thrown = {null};
    CancelScope scope = CancelScope.moveOnAfter(Duration.ofMillis(300));
    try {
      scope.run(
          () -> {
            try {
              closeIfOpened(
                  each instanceof Method method
                      ? method.invoke(on, arguments)
                      : ((Constructor<?>) each).newInstance(arguments));
            } catch (InvocationTargetException e) {
              if (e.getCause() instanceof InterruptedException interrupted) {
                throw interrupted;
              }
              thrown[0] = e.getCause();
            } catch (ReflectiveOperationException | IllegalArgumentException e) {
              thrown[0] = new AssertionError("wrong recipe: " + Arrays.toString(arguments), e);
            }
          });
    } catch (Throwable t) {
      thrown[0] = t;
    }
    return scope.isCancelled() && isInterruption(thrown[0]) ? null : thrown[0];
  }

  private static boolean isInterruption(@Nullable Throwable thrown) {
    return thrown != null
        && (thrown instanceof InterruptedException || isInterruption(thrown.getCause()));
  }

  /** Closes listeners and streams that a call has opened, as what was absurd had a meaning. */
  private static void closeIfOpened(@Nullable Object result) {
    if (result instanceof List<?> several) {
      several.forEach(BadInputTest::closeIfOpened);
    }
    if (result instanceof SocketListener || result instanceof SocketStream) {
      try {
        ((Closeable) result).close();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
