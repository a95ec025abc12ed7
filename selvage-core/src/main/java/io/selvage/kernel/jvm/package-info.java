/**
 * The threads, locks, timers and signals of the JDK, in the form that the kernel needs, with
 * workarounds for their limits. Does not depend on the rest of the kernel. Not exported.
 */
@NullMarked
package io.selvage.kernel.jvm;

import org.jspecify.annotations.NullMarked;
