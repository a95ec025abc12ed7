package io.selvage.kernel;

import static io.selvage.Threads.awaitCondition;
import static org.assertj.core.api.Assertions.assertThat;

import io.selvage.CancelScope;
import io.selvage.LeakCheck;
import java.lang.ref.WeakReference;
import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The library in a class loader of its own, as in an application that a server unloads: after use
 * on threads of the server, which live on, the class loader is collected.
 */
@ExtendWith(LeakCheck.class)
class ClassLoaderTest {

  /** A lambda of the server, whose class outlives the program. */
  private static final Callable<String> WORK = () -> "work of the server";

  /** The folder or archive that a class comes from; its module would name one for both. */
  private static URL placeOf(Class<?> type) throws Exception {
    String path = type.getName().replace('.', '/') + ".class";
    String url = type.getResource("/" + path).toString();
    String place = url.substring(0, url.length() - path.length());
    return URI.create(place.startsWith("jar:") ? place.substring(4, place.length() - 2) : place)
        .toURL();
  }

  /** Loads the program in a class loader of its own, and has it do something. */
  private static WeakReference<ClassLoader> use(String way) throws Exception {
    URL[] places = {placeOf(CancelScope.class), placeOf(LoaderProgram.class)};
    try (URLClassLoader loader = new URLClassLoader(places, null)) {
      Class<?> type = Class.forName(LoaderProgram.class.getName(), true, loader);
      assertThat(type).isNotSameAs(LoaderProgram.class);
      @SuppressWarnings("unchecked")
      BiConsumer<String, Callable<?>> program =
          (BiConsumer<String, Callable<?>>) type.getConstructor().newInstance();
      program.accept(way, WORK);
      return new WeakReference<>(loader);
    }
  }

  private static void assertCollected(WeakReference<ClassLoader> loader) {
    awaitCondition(
        "the class loader is collected",
        () -> {
          System.gc();
          return loader.refersTo(null);
        });
  }

  /** The server's threads live on until the class loader is collected. */
  private static void useOn(ExecutorService server, LoaderProgram.Way way) throws Exception {
    try {
      assertCollected(server.submit(() -> use(way.name())).get(20, TimeUnit.SECONDS));
      assertThat(server.submit(Thread::interrupted).get(20, TimeUnit.SECONDS)).isFalse();
    } finally {
      server.shutdownNow();
    }
  }

  @ParameterizedTest
  @EnumSource
  void aPlatformThreadThatLivesOnKeepsNothing(LoaderProgram.Way way) throws Exception {
    useOn(Executors.newSingleThreadExecutor(), way);
  }

  @ParameterizedTest
  @EnumSource(names = {"SCOPE", "GROUP", "INTERRUPTED_FOREIGN_CALL", "BLOCKING"})
  void aThreadOfAForkJoinPoolKeepsNothing(LoaderProgram.Way way) throws Exception {
    useOn(new ForkJoinPool(1), way);
  }

  @ParameterizedTest
  @EnumSource(names = {"SCOPE", "GROUP", "INTERRUPTED_FOREIGN_CALL", "BLOCKING"})
  void aVirtualThreadAndItsCarrierKeepNothing(LoaderProgram.Way way) throws Exception {
    useOn(Executors.newSingleThreadExecutor(Thread.ofVirtual().factory()), way);
  }
}
