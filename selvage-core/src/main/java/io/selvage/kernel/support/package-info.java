/**
 * What the kernel and the packages above it have in common and that knows no thread of the library:
 * arguments, texts, foreign exceptions, sets. Not exported.
 */
@NullMarked
package io.selvage.kernel.support;

import org.jspecify.annotations.NullMarked;
