/**
 * Tasks and their cancellation.
 *
 * <ul>
 *   <li>{@link io.selvage.TaskGroup} forks {@linkplain io.selvage.Task tasks} and ends when all of
 *       them have ended. {@link io.selvage.GroupOptions} gives it a name or a limit, or lets it
 *       collect failures.
 *   <li>{@link io.selvage.Tasks} has the usual ways to wait for several calls at once: all, the
 *       first, one function for many items. {@link io.selvage.Lazy} runs once for all its callers.
 *       {@link io.selvage.Outcome} is the outcome of isolated work.
 *   <li>{@link io.selvage.CancelScope} is a piece of work that can be cancelled or limited in time,
 *       with everything below it. {@link io.selvage.ScopeGroup} is a set of such scopes; {@link
 *       io.selvage.Deadline} is a point in time.
 *   <li>{@link io.selvage.Selvage} has the small operations: sleep, checkpoint, cancellable calls
 *       of foreign code (code that is not part of the library). {@link io.selvage.observe.Dump The
 *       dump} shows all running and waiting tasks.
 * </ul>
 *
 * <h2>Rules that hold everywhere</h2>
 *
 * <ul>
 *   <li>An operation that may wait throws {@link io.selvage.CancelledException} when the calling
 *       thread is cancelled, on entry and while it waits. Then the operation did not happen at all:
 *       no item is taken, no permit is held. Operations that never wait, for example {@code try…},
 *       {@code close}, {@code fail} and {@code cancel}, never throw because of a cancellation.
 *   <li>It throws a plain {@link java.lang.InterruptedException} when other code has interrupted
 *       the thread, unless a shield hides that.
 *   <li>Any thread may use everything: tasks, platform threads, the main thread, the thread of a
 *       signal handler, threads of other pools.
 *   <li>Null causes a {@link java.lang.NullPointerException}, unless the documentation allows it.
 *   <li>Durations are zero or more, and at most 100 years.
 * </ul>
 *
 * @since 0.1
 */
@NullMarked
package io.selvage;

import org.jspecify.annotations.NullMarked;
