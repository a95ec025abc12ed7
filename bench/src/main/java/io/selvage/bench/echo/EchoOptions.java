package io.selvage.bench.echo;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How a server echoes.
 *
 * @param threads how many threads Netty's loops have
 * @param most the greatest number of bytes that are received at once
 * @param keys the folder of the {@link EchoKeys}, if it speaks TLS; otherwise null
 */
record EchoOptions(int threads, int most, @Nullable Path keys) {

  /** {@return the options that {@link #arguments} has written}, from this index on */
  static EchoOptions of(String[] arguments, int first) {
    return new EchoOptions(
        Integer.parseInt(arguments[first]),
        Integer.parseInt(arguments[first + 1]),
        arguments.length > first + 2 ? Path.of(arguments[first + 2]) : null);
  }

  List<String> arguments() {
    List<String> all = new ArrayList<>();
    all.add(Integer.toString(threads));
    all.add(Integer.toString(most));
    if (keys != null) {
      all.add(keys.toString());
    }
    return all;
  }
}
