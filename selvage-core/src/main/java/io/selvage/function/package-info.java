/**
 * Lambdas that may throw checked exceptions. Which one they throw is part of their type, so that
 * the caller of a method that runs them has to catch no more than that.
 *
 * @since 0.1
 */
@NullMarked
package io.selvage.function;

import org.jspecify.annotations.NullMarked;
