package io.selvage.test.input;

import io.selvage.CancelScope;
import io.selvage.Canceller;
import io.selvage.CompletionOrder;
import io.selvage.Deadline;
import io.selvage.GroupOptions;
import io.selvage.Lazy;
import io.selvage.Loop;
import io.selvage.Outcome;
import io.selvage.ScopeGroup;
import io.selvage.Selvage;
import io.selvage.Task;
import io.selvage.TaskFailedException;
import io.selvage.TaskGroup;
import io.selvage.TaskStatus;
import io.selvage.Tasks;
import io.selvage.ThreadPool;
import io.selvage.TimeLimit;
import io.selvage.channel.Broadcast;
import io.selvage.channel.Channel;
import io.selvage.channel.ChannelEnd;
import io.selvage.channel.ChannelOptions;
import io.selvage.channel.Lag;
import io.selvage.channel.LateSend;
import io.selvage.channel.Latest;
import io.selvage.channel.Overflow;
import io.selvage.channel.PriorityChannel;
import io.selvage.channel.Receiver;
import io.selvage.channel.Sender;
import io.selvage.channel.Subscription;
import io.selvage.context.ContextCarrier;
import io.selvage.function.ThrowingConsumer;
import io.selvage.function.ThrowingFunction;
import io.selvage.function.ThrowingRunnable;
import io.selvage.function.ThrowingSupplier;
import io.selvage.interop.Background;
import io.selvage.interop.FlowReceiver;
import io.selvage.interop.Flows;
import io.selvage.interop.Futures;
import io.selvage.interop.GroupExecutor;
import io.selvage.interop.HomeThread;
import io.selvage.net.ByteStream;
import io.selvage.observe.Dump;
import io.selvage.process.ChildProcess;
import io.selvage.process.Input;
import io.selvage.process.Output;
import io.selvage.process.ProcessResult;
import io.selvage.process.ProcessSpec;
import io.selvage.runtime.RuntimeOptions;
import io.selvage.runtime.SelvageRuntime;
import io.selvage.select.Clause;
import io.selvage.select.Selectable;
import io.selvage.select.Trigger;
import io.selvage.service.Actor;
import io.selvage.service.Baton;
import io.selvage.service.CloseSignal;
import io.selvage.service.LoopService;
import io.selvage.service.Mailbox;
import io.selvage.service.PriorityMailbox;
import io.selvage.service.ReplyHandle;
import io.selvage.service.RequestRegistry;
import io.selvage.service.Service;
import io.selvage.service.ServiceGroup;
import io.selvage.service.ThreadService;
import io.selvage.service.WorkTracker;
import io.selvage.signal.Signal;
import io.selvage.signal.SignalReceiver;
import io.selvage.signal.Signals;
import io.selvage.sync.Barrier;
import io.selvage.sync.Event;
import io.selvage.sync.Lock;
import io.selvage.sync.Semaphore;
import io.selvage.test.Sequencer;
import io.selvage.test.Simulation;
import io.selvage.test.SimulationOptions;
import io.selvage.test.SimulationRun;
import io.selvage.test.Strategy;
import io.selvage.test.connection.MemoryChannel;
import io.selvage.test.connection.MemoryChannels;
import io.selvage.test.connection.MemoryStream;
import io.selvage.test.connection.MemoryStreams;
import io.selvage.test.connection.StreamPair;
import io.selvage.time.Interval;
import io.selvage.time.LateTick;
import java.io.IOException;
import java.lang.reflect.Array;
import java.nio.ByteBuffer;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.Flow;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.ToLongFunction;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;

/** Something to call, and something to call it with, for each type that the API has. */
final class Recipes {
  /** Makes a value, in a group that ends with the call. */
  interface Recipe<T> {
    T make(TaskGroup group) throws Exception;
  }

  private final Map<Class<?>, List<Recipe<?>>> receivers = new HashMap<>();
  private final Map<Class<?>, Recipe<?>> arguments = new HashMap<>();

  Recipes() {
    ofTasks();
    ofChannels();
    ofProcesses();
    ofServices();
    ofTheKit();
    simpleArguments();
    NetRecipes.addTo(this);
  }

  /** {@return the objects to call the methods of a type on; empty if there is no recipe} */
  List<Recipe<?>> receivers(Class<?> type) {
    return receivers.getOrDefault(type, List.of());
  }

  /** {@return a good argument; null if there is no recipe for one} */
  Recipe<?> argument(Class<?> type) {
    if (type.isArray()) {
      Recipe<?> element = argument(type.getComponentType());
      return element == null
          ? null
          : group -> {
            Object array = Array.newInstance(type.getComponentType(), 2);
            Array.set(array, 0, element.make(group));
            Array.set(array, 1, element.make(group));
            return array;
          };
    }
    return arguments.get(type);
  }

  /** {@return two elements for a collection of these; null if there is no recipe} */
  Recipe<?> elements(Class<?> element) {
    Recipe<?> recipe = argument(element);
    return recipe == null
        ? null
        : group -> new ArrayList<>(Arrays.asList(recipe.make(group), recipe.make(group)));
  }

  <T> void receiver(Class<? super T> type, Recipe<? extends T> recipe) {
    receivers.put(type, List.of(recipe));
  }

  <T> void receiver(Class<? super T> type, Recipe<? extends T> one, Recipe<? extends T> other) {
    receivers.put(type, List.of(one, other));
  }

  <T> void argument(Class<? super T> type, Recipe<? extends T> recipe) {
    arguments.put(type, recipe);
  }

  <T> void both(Class<? super T> type, Recipe<? extends T> recipe) {
    receiver(type, recipe);
    argument(type, recipe);
  }

  private void ofTasks() {
    receiver(CancelScope.class, group -> CancelScope.create());
    receiver(ScopeGroup.class, group -> new ScopeGroup());
    both(Deadline.class, group -> Deadline.after(Duration.ofHours(1)));
    both(GroupOptions.class, group -> TaskGroup.options());
    both(TaskGroup.class, group -> group);
    both(Task.class, group -> group.fork("task", () -> "result"));
    receiver(TaskStatus.class, Recipes::status);
    receiver(Lazy.class, group -> group.lazy("lazy", () -> "result"));
    receiver(Canceller.class, group -> Canceller.of(() -> {}));
    argument(System.Logger.class, group -> System.getLogger("io.selvage.test"));
    receiver(TimeLimit.class, group -> CancelScope.failAfter(Duration.ofHours(1)));
    receiver(TaskFailedException.class, Recipes::failure);
    argument(Class.class, group -> IOException.class);
    receiver(Loop.class, group -> new Loop());
    receiver(Loop.Options.class, group -> Loop.options());
    receiver(ThreadPool.class, group -> new ThreadPool(2));
    receiver(
        Outcome.class,
        group -> new Outcome.Success<>("result"),
        group -> new Outcome.Failure<>(new IllegalStateException("meant")));
    receiver(Outcome.Success.class, group -> new Outcome.Success<>("result"));
    receiver(Outcome.Failure.class, group -> new Outcome.Failure<>(new Exception("meant")));
    receiver(
        CompletionOrder.class,
        group -> Tasks.asCompleted(List.of(group.fork("task", () -> "result"))));
    argument(GroupOptions.FailurePolicy.class, group -> GroupOptions.FailurePolicy.COLLECT);
    argument(TaskGroup.Body.class, group -> (TaskGroup.Body<String, Exception>) inner -> "result");
    argument(TaskGroup.VoidBody.class, group -> (TaskGroup.VoidBody<Exception>) inner -> {});
    argument(
        TaskGroup.StartBody.class,
        group -> (TaskGroup.StartBody<String>) status -> status.started("value"));
    argument(ThrowingRunnable.class, group -> (ThrowingRunnable<Exception>) () -> {});
    argument(ThrowingSupplier.class, group -> (ThrowingSupplier<String, Exception>) () -> "result");
    argument(ThrowingConsumer.class, group -> (ThrowingConsumer<Object, Exception>) item -> {});
    argument(
        ThrowingFunction.class,
        group -> (ThrowingFunction<Object, Object, Exception>) item -> item);
    argument(
        Dump.Activity.class,
        group ->
            new Dump.Activity(
                true, Thread.State.WAITING, Optional.empty(), false, Optional.empty()));
  }

  private static TaskStatus<String> status(TaskGroup group) throws Exception {
    List<TaskStatus<String>> made = new ArrayList<>();
    TaskGroup.StartBody<String> body =
        status -> {
          made.add(status);
          status.started("value");
        };
    String unused = group.start("starting", body);
    return made.getFirst();
  }

  private static TaskFailedException failure(TaskGroup group) throws Exception {
    try {
      group
          .launchUnsupervised(
              "fails",
              () -> {
                throw new IllegalStateException("meant");
              })
          .join();
    } catch (TaskFailedException e) {
      return e;
    }
    throw new AssertionError("it has not failed");
  }

  private void ofChannels() {
    receiver(ChannelOptions.class, group -> Channel.options());
    both(Channel.class, group -> Channel.unbounded());
    receiver(ChannelEnd.class, group -> Channel.unbounded(), group -> prioritized());
    receiver(Sender.class, group -> Channel.unbounded(), group -> prioritized());
    receiver(Receiver.class, group -> filled(Channel.unbounded()), group -> filled(prioritized()));
    argument(Receiver.class, group -> filled(Channel.unbounded()));
    receiver(PriorityChannel.class, group -> prioritized());
    argument(LateSend.class, group -> LateSend.DROP);
    argument(Overflow.class, group -> Overflow.DROP_OLDEST);
    argument(Lag.class, group -> Lag.DROP_OLDEST);
    receiver(Broadcast.class, group -> Broadcast.bounded(1));
    receiver(Subscription.class, Recipes::subscription);
    receiver(Latest.class, group -> new Latest<>("value"));
    receiver(Latest.Watcher.class, group -> new Latest<>("value").watch());
    both(Clause.class, group -> setEvent().onSet());
    receiver(Trigger.class, group -> setEvent().onSet());
    receiver(Selectable.class, group -> filled(Channel.unbounded()).onReceive());
    receiver(Interval.class, group -> Interval.every(Duration.ofSeconds(1)));
    argument(LateTick.class, group -> LateTick.SKIP);
    receiver(SignalReceiver.class, Recipes::closedSignals);
    receiver(Signal.class, group -> new Signal("HUP", 1));
    receiver(RuntimeOptions.class, group -> SelvageRuntime.options());
    receiver(SelvageRuntime.class, Recipes::runtime);
    argument(RuntimeOptions.Body.class, group -> (RuntimeOptions.Body<Object, Exception>) r -> "x");
    argument(RuntimeOptions.VoidBody.class, group -> (RuntimeOptions.VoidBody<Exception>) r -> {});
    receiver(Event.class, group -> new Event());
    receiver(Lock.class, group -> new Lock());
    receiver(Semaphore.class, group -> new Semaphore(1));
    receiver(Barrier.class, group -> new Barrier(2));
    receiver(Background.class, Recipes::background);
    receiver(FlowReceiver.class, group -> FlowReceiver.create(1));
    receiver(Flows.Emitter.class, Recipes::emitter);
    both(Flow.Publisher.class, group -> Flows.publish(group, filled(Channel.unbounded())));
    both(Flow.Subscriber.class, group -> FlowReceiver.create(1).subscriber());
    receiver(GroupExecutor.class, GroupExecutor::of);
    receiver(HomeThread.class, group -> HomeThread.of("home", Runnable::run, () -> false));
    argument(ContextCarrier.class, group -> ContextCarrier.none());
    argument(ScopedValue.class, group -> ScopedValue.newInstance());
    argument(Flows.Generator.class, group -> (Flows.Generator<Object>) emitter -> {});
  }

  private static SignalReceiver closedSignals(TaskGroup group) {
    SignalReceiver signals = Signals.receive("WINCH");
    signals.close();
    return signals;
  }

  private static Event setEvent() {
    Event event = new Event();
    event.set();
    return event;
  }

  private static Subscription<Object> subscription(TaskGroup group) {
    Broadcast<Object> broadcast = Broadcast.bounded(1);
    Subscription<Object> subscription = broadcast.subscribe();
    assertTrue(broadcast.trySend("item"));
    broadcast.close();
    return subscription;
  }

  private static PriorityChannel<Object> prioritized() {
    return Channel.options().withLateSend(LateSend.DROP).prioritized(item -> 1);
  }

  private static Channel<Object> filled(Channel<Object> channel) {
    assertTrue(channel.trySend("item"));
    channel.close();
    return channel;
  }

  private static void assertTrue(boolean condition) {
    if (!condition) {
      throw new AssertionError();
    }
  }

  private static SelvageRuntime runtime(TaskGroup group) throws Exception {
    SelvageRuntime runtime = SelvageRuntime.options().open();
    Task<?> running = group.launch("running", () -> Selvage.sleep(Duration.ofHours(1)));
    running.onEnd(() -> Thread.startVirtualThread(runtime::close)); // also if it never began
    return runtime;
  }

  private static Background background(TaskGroup group) throws Exception {
    Background background = Background.open();
    Task<?> running = group.launch("running", () -> Selvage.sleep(Duration.ofHours(1)));
    running.onEnd(() -> Thread.startVirtualThread(background::close)); // also if it never began
    return background;
  }

  private static Flows.Emitter<Object> emitter(TaskGroup group) throws Exception {
    CompletableFuture<Flows.Emitter<Object>> got = new CompletableFuture<>();
    Flow.Publisher<Object> publisher =
        Flows.generate(
            group,
            emitter -> {
              got.complete(emitter);
              Selvage.sleep(Duration.ofHours(1));
            });
    FlowReceiver<Object> receiver = Flows.subscribe(publisher, 1);
    group.launch(
        "closing",
        () -> {
          try (receiver) {
            Selvage.sleep(Duration.ofHours(1));
          }
        });
    return Futures.awaitShared(got);
  }

  private void ofProcesses() {
    receiver(ProcessSpec.class, group -> ProcessSpec.of("true"));
    receiver(ChildProcess.class, group -> ProcessSpec.of("true").start());
    receiver(ProcessResult.class, group -> ProcessSpec.of("true").run());
    argument(Input.class, group -> Input.none());
    argument(Output.class, group -> Output.discard());
    argument(byte.class, group -> (byte) 1);
    argument(Charset.class, group -> StandardCharsets.UTF_8);
  }

  private void ofServices() {
    receiver(Service.class, group -> loopService(), group -> service());
    argument(Service.class, group -> service());
    receiver(ThreadService.class, group -> service());
    receiver(LoopService.class, group -> loopService());
    receiver(ServiceGroup.class, group -> ServiceGroup.of(service()));
    receiver(CloseSignal.class, group -> new CloseSignal());
    receiver(WorkTracker.class, group -> new WorkTracker());
    both(Mailbox.class, group -> new Mailbox<Object>());
    receiver(PriorityMailbox.class, group -> new PriorityMailbox<Object>(item -> 1));
    receiver(Actor.class, group -> Actor.of(item -> {}));
    receiver(RequestRegistry.class, group -> new RequestRegistry<Object, Object>());
    both(ReplyHandle.class, group -> new RequestRegistry<Object, Object>().register("key"));
    argument(ThreadService.Body.class, group -> (ThreadService.Body) service -> {});
    argument(LoopService.Body.class, group -> (LoopService.Body) service -> {});
    argument(
        Actor.ConcurrentHandler.class,
        group -> (Actor.ConcurrentHandler<Object>) (Object item, Baton baton) -> {});
  }

  private static ThreadService service() {
    return ThreadService.virtual("service-" + System.nanoTime(), service -> {});
  }

  private static LoopService loopService() {
    return LoopService.virtual("loop-" + System.nanoTime());
  }

  private void ofTheKit() {
    receiver(MemoryChannel.class, group -> MemoryChannels.pair().left());
    argument(MemoryChannel.class, group -> MemoryChannels.pair().left());
    receiver(MemoryStream.class, group -> MemoryStreams.pair().left());
    argument(MemoryStream.class, group -> MemoryStreams.pair().left());
    argument(ByteStream.class, group -> MemoryStreams.pair().left());
    receiver(Sequencer.class, group -> new Sequencer());
    both(SimulationOptions.class, group -> Simulation.options());
    receiver(SimulationRun.class, group -> simulationRun());
    argument(Strategy.class, group -> Strategy.random());
    argument(StreamPair.class, group -> MemoryStreams.pair());
    argument(ByteBuffer.class, group -> ByteBuffer.allocate(1));
    argument(RandomGenerator.class, group -> new Random(1));
  }

  private static SimulationRun simulationRun() {
    List<SimulationRun> runs = new ArrayList<>();
    ThrowingConsumer<SimulationRun, Exception> body = runs::add;
    var unused = Simulation.run(1, body);
    return runs.getFirst();
  }

  private void simpleArguments() {
    argument(int.class, group -> 1);
    argument(long.class, group -> 1L);
    argument(double.class, group -> 0.5);
    argument(boolean.class, group -> true);
    argument(Object.class, group -> "item");
    argument(String.class, group -> "text");
    argument(Duration.class, group -> Duration.ofMillis(1));
    argument(Optional.class, group -> Optional.empty());
    argument(Dump.Node.class, group -> new Dump.MoreNode("more"));
    argument(
        StackTraceElement.class, group -> new StackTraceElement("Type", "method", "Type.java", 1));
    argument(Class.class, group -> RuntimeException.class);
    argument(Throwable.class, group -> new IllegalStateException("meant"));
    argument(Exception.class, group -> new IllegalStateException("meant"));
    argument(Thread.State.class, group -> Thread.State.RUNNABLE);
    argument(Task.State.class, group -> Task.State.RUNNING);
    argument(TimeUnit.class, group -> TimeUnit.MILLISECONDS);
    argument(Runnable.class, group -> (Runnable) () -> {});
    argument(Callable.class, group -> (Callable<String>) () -> "result");
    argument(CompletionStage.class, group -> CompletableFuture.completedFuture("result"));
    argument(Executor.class, group -> (Executor) Runnable::run);
    argument(BooleanSupplier.class, group -> (BooleanSupplier) () -> true);
    argument(Consumer.class, group -> (Consumer<Object>) item -> {});
    argument(BiConsumer.class, group -> (BiConsumer<Object, Object>) (one, other) -> {});
    argument(Predicate.class, group -> (Predicate<Object>) item -> true);
    argument(ToLongFunction.class, group -> (ToLongFunction<Object>) item -> 1);
    argument(UnaryOperator.class, group -> (UnaryOperator<Object>) item -> item);
    argument(ThreadFactory.class, group -> Thread.ofVirtual().factory());
  }
}
