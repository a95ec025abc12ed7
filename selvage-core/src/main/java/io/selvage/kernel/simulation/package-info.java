/**
 * The simulated machine: it runs threads one at a time, and a director picks the next one. The
 * kernel does not know it. Not exported; used by {@code io.selvage.test}.
 */
@NullMarked
package io.selvage.kernel.simulation;

import org.jspecify.annotations.NullMarked;
