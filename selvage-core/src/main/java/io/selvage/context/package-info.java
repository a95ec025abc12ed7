/**
 * Context: values of one thread that are carried into the work which it hands over to others.
 *
 * <p>{@link io.selvage.context.ContextCarrier} says what is carried: scoped values that you name,
 * or anything else by one lambda. {@link io.selvage.context.Carrying} switches it on for a block.
 *
 * @since 0.1
 */
@NullMarked
package io.selvage.context;

import org.jspecify.annotations.NullMarked;
