/**
 * Stress tests: JCStress tests of the kernel's protocols and long runs on real threads.
 *
 * <p>Tests of classes that are not public stand in the package of their class. Each state has all
 * of its actors itself, though many of them are alike: JCStress does not see a method that is
 * inherited from an abstract class.
 */
@NullMarked
package io.selvage.stress;

import org.jspecify.annotations.NullMarked;
