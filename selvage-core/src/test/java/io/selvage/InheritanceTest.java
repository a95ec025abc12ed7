package io.selvage;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URL;
import java.net.URLClassLoader;
import java.util.List;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What the threads of tasks and of blocking calls have from the thread that asks for them. */
@ExtendWith(LeakCheck.class)
class InheritanceTest {
  private static final InheritableThreadLocal<String> INHERITED = new InheritableThreadLocal<>();
  private static final ScopedValue<String> SCOPED = ScopedValue.newInstance();

  private interface Way {
    <T> T call(Callable<T> body) throws Exception;
  }

  private static final List<Way> WAYS =
      List.of(
          new Way() {
            @Override
            public <T> T call(Callable<T> body) throws Exception {
              return TaskGroup.call(group -> group.fork(body).join());
            }
          },
          new Way() {
            @Override
            public <T> T call(Callable<T> body) throws Exception {
              return TaskGroup.options()
                  .withPlatformThreads()
                  .call(group -> group.fork(body).join());
            }
          },
          new Way() {
            @Override
            public <T> T call(Callable<T> body) throws Exception {
              return Selvage.<T, Exception>callBlocking(body::call);
            }
          },
          new Way() {
            @Override
            public <T> T call(Callable<T> body) throws Exception {
              return Tasks.<String, T>mapBlocking(List.of("item"), 1, item -> body.call())
                  .getFirst();
            }
          },
          new Way() {
            @Override
            public <T> T call(Callable<T> body) throws Exception {
              return new ThreadPool(1).<T, Exception>call(body::call);
            }
          },
          new Way() {
            @Override
            public <T> T call(Callable<T> body) throws Exception {
              return Selvage.<T, Exception>callBlocking(
                  () -> TaskGroup.call(group -> group.fork(body).join()));
            }
          });

  @AfterEach
  void removeValue() {
    INHERITED.remove();
  }

  @Test
  void inheritableThreadLocalsReachForksAndBlockingCallsAlike() throws Exception {
    for (String value : List.of("first", "second")) {
      INHERITED.set(value);
      for (Way way : WAYS) {
        assertThat(way.<String>call(INHERITED::get)).isEqualTo(value);
      }
    }
    INHERITED.remove();
    for (Way way : WAYS) {
      assertThat(way.<String>call(INHERITED::get)).isNull();
    }
  }

  @Test
  void whatACallSetsIsGoneForTheNext() throws Exception {
    for (Way way : WAYS) {
      Callable<Boolean> setting =
          () -> {
            INHERITED.set("left behind");
            return true;
          };
      assertThat(way.call(setting)).isTrue();
      assertThat(way.<String>call(INHERITED::get)).isNull();
      assertThat(INHERITED.get()).isNull();
    }
  }

  @Test
  void theContextClassLoaderReachesAll() throws Exception {
    Thread self = Thread.currentThread();
    ClassLoader before = self.getContextClassLoader();
    try (URLClassLoader loader = new URLClassLoader(new URL[0], before)) {
      self.setContextClassLoader(loader);
      for (Way way : WAYS) {
        ClassLoader there = way.call(() -> Thread.currentThread().getContextClassLoader());
        assertThat(there).isSameAs(loader);
      }
    } finally {
      self.setContextClassLoader(before);
    }
  }

  @Test
  void scopedValuesReachNone() throws Exception {
    ScopedValue.where(SCOPED, "bound")
        .call(
            () -> {
              for (Way way : WAYS) {
                assertThat(way.<Boolean>call(SCOPED::isBound)).isFalse();
              }
              return true;
            });
  }
}
