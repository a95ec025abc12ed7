/**
 * The simulation: begin at {@link io.selvage.test.Simulation}.
 *
 * @since 0.1
 */
@NullMarked
package io.selvage.test;

import org.jspecify.annotations.NullMarked;
