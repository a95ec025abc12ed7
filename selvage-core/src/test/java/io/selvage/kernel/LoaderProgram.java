package io.selvage.kernel;

import io.selvage.CancelScope;
import io.selvage.EnteredScope;
import io.selvage.Loop;
import io.selvage.Selvage;
import io.selvage.TaskFailedException;
import io.selvage.TaskGroup;
import io.selvage.ThreadPool;
import io.selvage.channel.Channel;
import io.selvage.interop.Background;
import io.selvage.interop.Futures;
import io.selvage.observe.Dump;
import io.selvage.service.ThreadService;
import io.selvage.sync.Lock;
import java.lang.reflect.Field;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;

/**
 * A program that {@link ClassLoaderTest} loads by a class loader of its own, together with the
 * library: it sees nothing but these two and the JDK.
 */
public final class LoaderProgram implements BiConsumer<String, Callable<?>> {
  private static final Duration MOMENT = Duration.ofMillis(1);
  private static final Duration LONG = Duration.ofHours(1);

  private static volatile Callable<?> serversWork = () -> "none";

  /** What it can do. */
  enum Way {
    QUESTION {
      @Override
      void use() {
        var unused = CancelScope.current();
      }
    },
    SCOPE {
      @Override
      void use() {
        CancelScope scope = CancelScope.moveOnAfter(Duration.ofSeconds(1));
        try (EnteredScope entered = scope.enter()) {
          scope.cancel("enough");
        }
      }
    },
    FAR_DEADLINE {
      @Override
      void use() throws Exception {
        // long enough for the timer's thread to see it, and to sleep for an hour
        CancelScope.moveOnAfter(LONG).run(() -> Thread.sleep(MOMENT));
      }
    },
    DEADLINE_THAT_GOES_OFF {
      @Override
      void use() throws Exception {
        CancelScope.moveOnAfter(MOMENT).run(() -> Selvage.sleep(LONG));
      }
    },
    INTERRUPTED_FOREIGN_CALL {
      @Override
      void use() throws Exception {
        CancelScope.moveOnAfter(MOMENT).run(() -> Thread.sleep(LONG));
      }
    },
    CANCELLER {
      @Override
      void use() throws Exception {
        CountDownLatch cancelled = new CountDownLatch(1);
        CancelScope.moveOnAfter(MOMENT)
            .run(() -> Selvage.runCancellable(() -> cancelled.await(), cancelled::countDown));
      }
    },
    INTERRUPT_FROM_OUTSIDE {
      @Override
      void use() {
        Thread.currentThread().interrupt();
        try {
          Selvage.sleep(LONG);
        } catch (InterruptedException e) {
          // it is
        }
      }
    },
    GROUP {
      @Override
      void use() throws Exception {
        Channel<String> channel = Channel.unbounded();
        TaskGroup.run(
            group -> {
              group.fork(() -> channel.send("item"));
              group.fork(channel::receive);
              group.launch(() -> Selvage.sleep(MOMENT));
            });
      }
    },
    WORK_OF_THE_SERVER {
      @Override
      void use() throws Exception {
        TaskGroup.run(group -> group.fork(serversWork));
      }
    },
    GROUP_ON_PLATFORM_THREADS {
      @Override
      void use() throws Exception {
        TaskGroup.options()
            .withPlatformThreads()
            .run(group -> group.launch(() -> Selvage.sleep(MOMENT)));
      }
    },
    FAILURE {
      @Override
      void use() throws Exception {
        try {
          TaskGroup.run(
              group -> {
                group.fork(
                    () -> {
                      throw new IllegalStateException("meant: a task fails in a test");
                    });
                group.launch(() -> Selvage.sleep(LONG));
              });
        } catch (TaskFailedException e) {
          var unused = e.getMessage() + e;
        }
      }
    },
    LOCK {
      @Override
      void use() throws Exception {
        Lock lock = new Lock();
        try (Lock.Guard held = lock.acquire()) {
          var unused = lock.acquire(MOMENT);
        } catch (IllegalStateException e) {
          // it is held already
        }
      }
    },
    BLOCKING {
      @Override
      void use() throws Exception {
        Selvage.runBlocking(() -> Thread.sleep(MOMENT));
        new ThreadPool(2).run(() -> Thread.sleep(MOMENT));
      }
    },
    LOOP {
      @Override
      void use() throws Exception {
        Loop loop = new Loop("loop");
        loop.call(() -> loop.launch(() -> Selvage.sleep(MOMENT)));
      }
    },
    SERVICE {
      @Override
      void use() throws Exception {
        for (boolean platform : new boolean[] {false, true}) {
          ThreadService service =
              platform
                  ? ThreadService.platform("service", self -> self.scope().await(LONG))
                  : ThreadService.virtual("service", self -> self.scope().await(LONG));
          service.start();
          service.stop("enough", LONG);
          service.joinOrLog(LONG);
        }
      }
    },
    BACKGROUND {
      @Override
      void use() throws Exception {
        try (Background background = Background.open()) {
          var unused = background.launch(() -> Selvage.sleep(MOMENT)).join();
        }
      }
    },
    COMMON_POOL {
      @Override
      void use() {
        CompletableFuture<String> other = new CompletableFuture<>();
        CompletableFuture<String> waits =
            CompletableFuture.supplyAsync(
                () -> {
                  try {
                    return Futures.await(other);
                  } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                  }
                });
        ForkJoinPool.commonPool().execute(() -> other.complete("done"));
        var unused = waits.join();
      }
    },
    LOG {
      @Override
      void use() {
        Log.warning(LoaderProgram.class, "meant: a warning of a test");
      }
    },
    DUMP {
      @Override
      void use() throws Exception {
        CancelScope.create().run(() -> System.identityHashCode(Dump.take().toString()));
      }
    };

    abstract void use() throws Exception;
  }

  /** Does something, and lets the library's own threads end soon. */
  @Override
  public void accept(String way, Callable<?> work) {
    try {
      serversWork = work;
      shorten(timers());
      shorten(InterruptDelivery.SHARED);
      Way.valueOf(way).use();
    } catch (Exception e) {
      throw new IllegalStateException("could not use " + way, e);
    }
  }

  private static Object timers() throws ReflectiveOperationException {
    Field timers = RealMachine.class.getDeclaredField("timers");
    timers.setAccessible(true);
    return timers.get(RealMachine.INSTANCE);
  }

  private static void shorten(Object threads) throws ReflectiveOperationException {
    Field idle = threads.getClass().getDeclaredField("idleNanos");
    idle.setAccessible(true);
    idle.setLong(threads, TimeUnit.MILLISECONDS.toNanos(10));
  }
}
