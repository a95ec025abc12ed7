/**
 * Stress tests: JCStress tests of the kernel's protocols and long runs on real threads.
 *
 * <p>Tests of classes that are not public stand in the package of their class.
 */
@NullMarked
package io.selvage.stress;

import org.jspecify.annotations.NullMarked;
