/**
 * Lambdas that may throw checked exceptions. The exception is part of their type. So the caller of
 * a method that runs them has to catch only that exception.
 *
 * @since 0.1
 */
@NullMarked
package io.selvage.function;

import org.jspecify.annotations.NullMarked;
