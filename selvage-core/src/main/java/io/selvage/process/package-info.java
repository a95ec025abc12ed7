/**
 * Child processes that can be cancelled: {@link io.selvage.process.ProcessSpec} says what to start
 * and runs it, {@link io.selvage.process.ChildProcess} is a process that was started.
 *
 * <table>
 * <caption>The types</caption>
 * <tr><th>type</th><th>use</th></tr>
 * <tr><td>{@link io.selvage.process.ProcessSpec}</td><td>a command with its folder, environment,
 *     input and outputs; runs it to its end, or starts it</td></tr>
 * <tr><td>{@link io.selvage.process.ProcessResult}</td><td>how a process has ended, and what it has
 *     written</td></tr>
 * <tr><td>{@link io.selvage.process.ChildProcess}</td><td>a running process: its input, outputs and
 *     end</td></tr>
 * <tr><td>{@link io.selvage.process.Input}, {@link io.selvage.process.Output}</td><td>where the
 *     input comes from, where an output goes to</td></tr>
 * </table>
 *
 * @since 0.1
 */
@NullMarked
package io.selvage.process;

import org.jspecify.annotations.NullMarked;
