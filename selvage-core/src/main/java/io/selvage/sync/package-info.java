/**
 * Tasks that wait for each other without exchanging anything: events, locks, semaphores, barriers.
 *
 * <table>
 * <caption>Which one</caption>
 * <tr><th>to</th><th>take</th></tr>
 * <tr><td>signal a condition to other threads</td><td>{@link io.selvage.sync.Event}</td></tr>
 * <tr><td>let one task at a time do something</td><td>{@link io.selvage.sync.Lock}</td></tr>
 * <tr><td>let a limited number of tasks do something at a time</td><td>{@link io.selvage.sync.Semaphore}</td></tr>
 * <tr><td>continue when all tasks have arrived</td><td>{@link io.selvage.sync.Barrier}</td></tr>
 * </table>
 *
 * <p>These rules hold for all of them:
 *
 * <ul>
 *   <li><b>Any thread.</b> All threads, tasks and loops may use them at the same time. A task that
 *       waits in a loop gives up its turn.
 *   <li><b>First come, first served.</b> A lock or permit that becomes free is handed to the
 *       longest-waiting thread; a newcomer overtakes no waiter.
 *   <li><b>It happened, or it did not.</b> A thread that is cancelled or times out while it waits
 *       has not acquired, and has not arrived; no permit is lost. If a thread gets what it waits
 *       for, it has it, even if it is cancelled at that moment: its next operation reports the
 *       cancellation.
 *   <li><b>Releasing never fails.</b> {@code close} of a guard or a permit, {@code set} and {@code
 *       clear} never wait and never throw because of a cancellation. A second {@code close} does
 *       nothing.
 * </ul>
 *
 * <p>Unlike the locks of the JDK they appear in {@linkplain io.selvage.observe.Dump#take() dumps},
 * a wait for them can be cancelled, and they belong to no thread: a guard or a permit may be closed
 * by another thread. A JDK lock is just as good if no thread waits while it holds the lock.
 *
 * @since 0.1
 */
@NullMarked
package io.selvage.sync;

import org.jspecify.annotations.NullMarked;
