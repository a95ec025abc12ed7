/** One wait for several operations, of which exactly one happens. Hidden. */
@NullMarked
package io.selvage.kernel.select;

import org.jspecify.annotations.NullMarked;
