/**
 * One run of a simulation: it is directed, traced and judged here, and made shorter if it has
 * failed. Not exported.
 */
@NullMarked
package io.selvage.test.run;

import org.jspecify.annotations.NullMarked;
