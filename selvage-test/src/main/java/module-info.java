/**
 * Tests of concurrent code that run the same way each time: {@link io.selvage.test.Simulation} runs
 * a program one thread at a time, picks every schedule from a seed, and lets time pass only when
 * nothing else can happen. {@link io.selvage.test.connection} has connections in memory, {@link
 * io.selvage.test.net} a network. {@link io.selvage.test.junit} makes JUnit tests of simulations; only that package needs JUnit.
 *
 * @since 0.1
 */
module io.selvage.test {
  requires transitive io.selvage;
  requires transitive io.selvage.net;
  requires static org.jspecify;
  requires static org.junit.jupiter.api;

  exports io.selvage.test;
  exports io.selvage.test.connection;
  exports io.selvage.test.junit;
  exports io.selvage.test.net;
}
