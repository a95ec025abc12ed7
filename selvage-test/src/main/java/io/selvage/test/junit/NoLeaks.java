package io.selvage.test.junit;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.api.parallel.Resources;

/**
 * Fails a test, or each test of a class, that leaves something behind, and says what and where it
 * is. For tests on real threads; a {@link SimulationTest} looks after its own runs.
 *
 * {@snippet class="io.selvage.test.junit.JUnitSnippets" region="leaks"}
 *
 * <p><b>What is found</b>, unless it was there before the test:
 *
 * <ul>
 *   <li>services that have not ended, on platform or virtual threads;
 *   <li>platform threads that live: those of tasks, of executors, and any other;
 *   <li>virtual threads that wait in an operation of Selvage, or are inside of a scope or group;
 *   <li>timers of Selvage that are armed: deadlines of scopes that a thread is still inside of;
 *   <li>scopes that the test's thread has {@linkplain io.selvage.CancelScope#enter() entered} and
 *       not left, with the tasks below them;
 *   <li>the interrupt flag of the test's thread.
 * </ul>
 *
 * <p><b>What is not found</b>: virtual threads that the test has started itself and that do nothing
 * in Selvage when it ends; tasks by themselves, as no group ends before its tasks, and the thread
 * in the group is found; threads of the JDK, of its common pool, of the test framework, and the few
 * of Selvage that serve the whole process.
 *
 * <p>The check comes after the {@code AfterEach} methods. Threads and timers that are just ending
 * get 2 seconds for it, or as many milliseconds as the JUnit configuration parameter {@code
 * selvage.leaks.grace} says; a test that leaves nothing behind does not wait. A leak is reported by
 * one test only: scopes are cancelled and left then, the flag is cleared, and the rest is there
 * before the next test.
 *
 * <p>Such tests do not run in parallel with others, as a thread could be from any of them.
 */
@Target({ElementType.TYPE, ElementType.METHOD})
@Retention(RetentionPolicy.RUNTIME)
@Inherited
@Documented
@ExtendWith(LeakExtension.class)
@ResourceLock(Resources.GLOBAL)
public @interface NoLeaks {

  /**
   * {@return the names of platform threads that may live on, as regular expressions; none unless
   * set} For those that a library starts once and never ends.
   */
  String[] ignoredThreads() default {};
}
