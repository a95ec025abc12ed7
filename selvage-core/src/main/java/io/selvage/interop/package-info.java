/**
 * Connections to code of another style: futures, reactive streams, executors, threads of a user
 * interface.
 *
 * <table>
 * <caption>Which one</caption>
 * <tr><th>to</th><th>take</th></tr>
 * <tr><td>wait for a {@link java.util.concurrent.CompletionStage}, or show a task as one</td>
 *     <td>{@link io.selvage.interop.Futures}</td></tr>
 * <tr><td>start work from a callback, without blocking it</td>
 *     <td>{@link io.selvage.interop.Background}</td></tr>
 * <tr><td>offer the items of a channel or a body as a {@link java.util.concurrent.Flow.Publisher}</td>
 *     <td>{@link io.selvage.interop.Flows}</td></tr>
 * <tr><td>receive the items of a publisher</td>
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
 *   <li><b>Cancellation goes both ways.</b> A thread that is cancelled while it waits for the other
 *       side cancels that side. A task that is cancelled by the other side is cancelled as any task
 *       is, and cleans up.
 *   <li><b>Failures are passed on unchanged</b>, the same object, as far as the types of the other
 *       side allow it.
 *   <li><b>That the other side was cancelled</b> is reported by {@link
 *       java.util.concurrent.CancellationException}. A {@link io.selvage.CancelledException} always
 *       means the calling thread.
 *   <li><b>Work has an owner</b>: a group, or an object that is closed.
 * </ul>
 *
 * @since 0.1
 */
@NullMarked
package io.selvage.interop;

import org.jspecify.annotations.NullMarked;
