/**
 * Simulations of the stress run: small programs in many orders of their steps, by each strategy of
 * the test kit, with and without cancels, delays and failures.
 */
@NullMarked
package io.selvage.stress.sim;

import org.jspecify.annotations.NullMarked;
