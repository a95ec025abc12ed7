/**
 * Signals of the operating system, received like items of a channel.
 *
 * <p>This package alone needs the module {@code jdk.unsupported}. Programs on the class path have
 * it. A program that is a module writes {@code requires jdk.unsupported;} into its module-info.
 * Without it, {@link io.selvage.signal.Signals#receive} throws an exception that says so, and the
 * rest of the library works.
 *
 * @since 0.1
 */
@NullMarked
package io.selvage.signal;

import org.jspecify.annotations.NullMarked;
