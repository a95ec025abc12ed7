package io.selvage.select;

import org.jspecify.annotations.Nullable;

/**
 * One of the operations that a {@link Select} may perform, with what is done with its value. Made
 * by methods such as {@code channel.onReceive()}; only this library can implement it.
 *
 * <p>A clause is used in one select, once.
 *
 * @param <R> the type of the result
 * @param <X> the exception that its body may throw
 */
public interface Clause<R extends @Nullable Object, X extends Exception> {}
