/**
 * The frame of a program: {@link io.selvage.runtime.SelvageRuntime} owns the tasks that any thread
 * starts, a limit for them, a pool for calls that block, and the way in which the program ends.
 *
 * @since 0.1
 */
@NullMarked
package io.selvage.runtime;

import org.jspecify.annotations.NullMarked;
