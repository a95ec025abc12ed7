/**
 * The threads, locks and timers of the JDK as the kernel needs them, and where it works around
 * them. Knows nothing of the rest of the kernel. Not exported.
 */
@NullMarked
package io.selvage.kernel.jvm;

import org.jspecify.annotations.NullMarked;
