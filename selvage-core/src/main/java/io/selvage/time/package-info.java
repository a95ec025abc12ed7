/**
 * Time: ticks at a fixed rate, and the clock of the machine, which a simulation replaces.
 *
 * @since 0.1
 */
@NullMarked
package io.selvage.time;

import org.jspecify.annotations.NullMarked;
