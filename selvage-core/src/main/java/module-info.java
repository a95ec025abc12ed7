/** Structured concurrency, channels and services for virtual threads. */
module io.selvage {
  requires static org.jspecify;

  exports io.selvage;
  exports io.selvage.channel;
  exports io.selvage.service;
}
