/**
 * Tasks that wait for each other without exchanging anything: events, locks, semaphores, barriers.
 *
 * <table>
 * <caption>Which one</caption>
 * <tr><th>to</th><th>take</th></tr>
 * <tr><td>tell others that something is so</td><td>{@link io.selvage.sync.Event}</td></tr>
 * <tr><td>let one in at a time</td><td>{@link io.selvage.sync.Lock}</td></tr>
 * <tr><td>let so many in at a time</td><td>{@link io.selvage.sync.Semaphore}</td></tr>
 * <tr><td>go on when all have come</td><td>{@link io.selvage.sync.Barrier}</td></tr>
 * </table>
 *
 * <p>They have these rules in common:
 *
 * <ul>
 *   <li><b>Any thread.</b> All threads, tasks and loops may use them, at once. Who waits in a loop
 *       gives up its turn.
 *   <li><b>First come, first served.</b> What becomes free is handed to who waits longest; a
 *       newcomer gets past nobody.
 *   <li><b>It happened, or it did not.</b> Who is cancelled or out of time while it waits has not
 *       acquired, and has not arrived; no permit is lost with it. Who gets what it waits for has
 *       it, also if it is cancelled at that moment: its next operation says so.
 *   <li><b>Giving back never fails.</b> {@code close} of a guard or a permit, {@code set} and
 *       {@code clear} never wait and never throw because of a cancellation. A second {@code close}
 *       does nothing.
 * </ul>
 *
 * <p>Unlike the locks of the JDK they count in {@linkplain io.selvage.observe.Dump#take() dumps},
 * can be cancelled, and belong to no thread: a guard or a permit may be closed by another one. A
 * JDK lock is as good where nobody waits while holding it.
 *
 * @since 0.1
 */
@NullMarked
package io.selvage.sync;

import org.jspecify.annotations.NullMarked;
