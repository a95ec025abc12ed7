package io.selvage.test.run;

import io.selvage.CancelScope;
import io.selvage.net.ByteStream;
import java.lang.StackWalker.StackFrame;
import java.security.CodeSource;
import java.util.Objects;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Finds the line of the program that has called an operation of Selvage. */
final class Sites {
  private static final StackWalker WALKER =
      StackWalker.getInstance(StackWalker.Option.RETAIN_CLASS_REFERENCE);

  /** Where Selvage itself was loaded from: the core, and the network. */
  private static final Set<String> LIBRARY =
      Stream.of(CancelScope.class, ByteStream.class)
          .map(Sites::originOf)
          .filter(Objects::nonNull)
          .collect(Collectors.toUnmodifiableSet());

  private Sites() {}

  /**
   * {@return file and line of the caller of the operation that the calling thread is in, or null}
   */
  static @Nullable String ofCaller() {
    Predicate<StackFrame> ofLibrary = frame -> isOfLibrary(frame.getDeclaringClass());
    return WALKER.walk(
        frames ->
            frames
                .dropWhile(ofLibrary.negate()) // the kit
                .filter(ofLibrary.negate())
                .filter(frame -> !isOfKit(frame.getDeclaringClass()))
                .filter(frame -> originOf(frame.getDeclaringClass()) != null) // not the JDK
                .findFirst()
                .map(frame -> frame.getFileName() + ":" + frame.getLineNumber())
                .orElse(null));
  }

  private static boolean isOfLibrary(Class<?> type) {
    String origin = originOf(type);
    return origin != null && LIBRARY.contains(origin);
  }

  private static boolean isOfKit(Class<?> type) {
    return type.getNestHost().isAnnotationPresent(KitCode.class);
  }

  private static @Nullable String originOf(Class<?> type) {
    CodeSource source = type.getProtectionDomain().getCodeSource();
    return source == null || source.getLocation() == null ? null : source.getLocation().toString();
  }
}
