/**
 * Structured concurrency in direct style: data, cancellation and failure cross every boundary
 * between threads and loops without races, hangs or silent loss.
 *
 * <p>{@link io.selvage} has tasks and cancellation, {@link io.selvage.channel} channels, {@link
 * io.selvage.sync} locks and the like, {@link io.selvage.context} values that are carried into
 * tasks, {@link io.selvage.select} one choice among several waits, {@link io.selvage.time} ticks,
 * {@link io.selvage.service} threads and loops that live long, {@link io.selvage.interop} the doors
 * to futures, reactive streams and executors, {@link io.selvage.observe} the dump of what runs,
 * {@link io.selvage.function} lambdas that may throw. The module needs nothing but {@code
 * java.base}.
 *
 * @since 0.1
 */
@SuppressWarnings("module") // io.selvage.test is built after this one
module io.selvage {
  requires static org.jspecify;

  exports io.selvage;
  exports io.selvage.channel;
  exports io.selvage.context;
  exports io.selvage.function;
  exports io.selvage.interop;
  exports io.selvage.observe;
  exports io.selvage.select;
  exports io.selvage.service;
  exports io.selvage.sync;
  exports io.selvage.time;
  exports io.selvage.kernel to
      io.selvage.test;
  exports io.selvage.kernel.jvm to
      io.selvage.test;
  exports io.selvage.kernel.simulation to
      io.selvage.test;
  exports io.selvage.kernel.support to
      io.selvage.test;
}
