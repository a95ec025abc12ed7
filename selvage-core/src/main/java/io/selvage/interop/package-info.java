/**
 * The doors to code that is written otherwise: futures, reactive streams, executors, threads of a
 * user interface.
 *
 * <table>
 * <caption>Which one</caption>
 * <tr><th>to</th><th>take</th></tr>
 * <tr><td>wait for a {@link java.util.concurrent.CompletionStage}, or show a task as one</td>
 *     <td>{@link io.selvage.interop.Futures}</td></tr>
 * <tr><td>start work from a callback, without blocking it</td>
 *     <td>{@link io.selvage.interop.Background}</td></tr>
 * <tr><td>offer what a channel or a body yields as a {@link java.util.concurrent.Flow.Publisher}</td>
 *     <td>{@link io.selvage.interop.Flows}</td></tr>
 * <tr><td>receive what a publisher sends</td>
 *     <td>{@link io.selvage.interop.FlowReceiver}</td></tr>
 * <tr><td>give a library an {@link java.util.concurrent.ExecutorService}</td>
 *     <td>{@link io.selvage.interop.GroupExecutor}</td></tr>
 * <tr><td>call code that has to run on a certain thread</td>
 *     <td>{@link io.selvage.interop.HomeThread}</td></tr>
 * </table>
 *
 * <p>These rules hold for all of them:
 *
 * <ul>
 *   <li><b>Cancellation goes both ways.</b> Who is cancelled while it waits for the other side asks
 *       that side to stop; who is cancelled by the other side is cancelled as any task is, and
 *       cleans up.
 *   <li><b>Failures are passed on as they are</b>, the object itself, as far as the other side's
 *       types allow it.
 *   <li><b>That the other side was cancelled</b> is told by {@link
 *       java.util.concurrent.CancellationException}. A {@link io.selvage.CancelledException} always
 *       means the calling thread.
 *   <li><b>Work belongs to somebody</b>: to a group, or to something that is closed.
 * </ul>
 *
 * @since 0.1
 */
@NullMarked
package io.selvage.interop;

import org.jspecify.annotations.NullMarked;
