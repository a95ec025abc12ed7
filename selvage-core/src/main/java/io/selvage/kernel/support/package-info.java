/**
 * Helpers shared by the kernel and the packages above it that do not depend on the library's
 * threads: arguments, texts, foreign exceptions, sets. Not exported.
 */
@NullMarked
package io.selvage.kernel.support;

import org.jspecify.annotations.NullMarked;
