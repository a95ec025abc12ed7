/**
 * Tasks and their cancellation.
 *
 * <ul>
 *   <li>{@link io.selvage.TaskGroup} forks {@linkplain io.selvage.Task tasks} and ends when all of
 *       them have. {@link io.selvage.GroupOptions} names it, limits it, or lets it collect
 *       failures.
 *   <li>{@link io.selvage.Tasks} has the usual ways to wait for several calls at once: all, the
 *       first, one function for many items. {@link io.selvage.Lazy} runs once for all who ask,
 *       {@link io.selvage.Outcome} is what became of work that was isolated.
 *   <li>{@link io.selvage.CancelScope} is a stretch of work that can be cancelled or limited in
 *       time, with everything below it; {@link io.selvage.ScopeGroup} is a set of those, {@link
 *       io.selvage.Deadline} a point in time.
 *   <li>{@link io.selvage.Selvage} has the small operations: sleep, checkpoint, cancellable foreign
 *       calls; and {@link io.selvage.observe.Dump the dump} of all that runs and waits.
 * </ul>
 *
 * <h2>Rules that hold everywhere</h2>
 *
 * <ul>
 *   <li>An operation that may wait throws {@link io.selvage.CancelledException} when the calling
 *       thread is cancelled, on entry and while it waits. Then it did not happen at all: no item is
 *       taken, no permit held. What never waits, as {@code try…}, {@code close}, {@code fail} and
 *       {@code cancel}, never throws for it.
 *   <li>It throws a plain {@link java.lang.InterruptedException} when somebody else has interrupted
 *       the thread, unless a shield hides that.
 *   <li>Any thread may use anything: tasks, platform threads, the main thread, a signal's, those of
 *       a foreign pool.
 *   <li>Null is refused with a {@link java.lang.NullPointerException} wherever it is not said to be
 *       allowed.
 *   <li>Durations are zero or more, and at most 100 years.
 * </ul>
 *
 * @since 0.1
 */
@NullMarked
package io.selvage;

import org.jspecify.annotations.NullMarked;
