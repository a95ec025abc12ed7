/**
 * Structured concurrency in direct style: data, cancellation and failure cross every boundary
 * between threads and loops without races, hangs or silent loss.
 *
 * <p>{@link io.selvage} has tasks and cancellation, {@link io.selvage.channel} channels, {@link
 * io.selvage.sync} locks and the like, {@link io.selvage.select} one choice among several waits,
 * {@link io.selvage.time} ticks, {@link io.selvage.signal} signals of the operating system, {@link
 * io.selvage.process} child processes, {@link io.selvage.context} values that are carried into
 * tasks, {@link io.selvage.service} threads and loops that live long, {@link io.selvage.runtime}
 * the frame of a program, {@link io.selvage.interop} the doors to futures, reactive streams and
 * executors, {@link io.selvage.observe} the dump of what runs, {@link io.selvage.function} lambdas
 * that may throw. The module needs nothing but {@code java.base}; receiving signals needs {@code
 * jdk.unsupported}.
 *
 * @since 0.1
 */
@SuppressWarnings("module") // io.selvage.net and io.selvage.test are built after this one
module io.selvage {
  requires static jdk.unsupported; // for io.selvage.signal only
  requires static org.jspecify;

  exports io.selvage;
  exports io.selvage.channel;
  exports io.selvage.context;
  exports io.selvage.function;
  exports io.selvage.interop;
  exports io.selvage.observe;
  exports io.selvage.process;
  exports io.selvage.runtime;
  exports io.selvage.select;
  exports io.selvage.service;
  exports io.selvage.signal;
  exports io.selvage.sync;
  exports io.selvage.time;
  exports io.selvage.kernel to
      io.selvage.net,
      io.selvage.test;
  exports io.selvage.kernel.jvm to
      io.selvage.net,
      io.selvage.test;
  exports io.selvage.kernel.select to
      io.selvage.net;
  exports io.selvage.kernel.simulation to
      io.selvage.test;
  exports io.selvage.kernel.support to
      io.selvage.net,
      io.selvage.test;
}
