/**
 * Tests of concurrent code that run the same way each time: {@link io.selvage.test.Simulation} runs
 * a program one thread at a time, picks every schedule from a seed, and lets time pass only when
 * nothing else can happen.
 */
module io.selvage.test {
  requires transitive io.selvage;
  requires static org.jspecify;

  exports io.selvage.test;
}
