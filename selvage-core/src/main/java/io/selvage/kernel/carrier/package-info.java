/**
 * A scheduler of virtual threads that the JDK does not offer yet: with it a thread that is woken
 * continues on the carrier of the thread that woke it. It is used if the application opens the
 * package {@code java.lang} to this module; otherwise virtual threads run on the scheduler of the
 * JDK. Does not depend on the rest of the kernel. Not exported.
 */
@NullMarked
package io.selvage.kernel.carrier;

import org.jspecify.annotations.NullMarked;
