/**
 * One wait for several operations, of which exactly one happens.
 *
 * <table class="striped">
 * <caption>The main types</caption>
 * <tr><th>{@link io.selvage.select.Select}</th><td>waits, and performs one operation</td></tr>
 * <tr><th>{@link io.selvage.select.Selectable}</th><td>an operation with a value, such as a receive</td></tr>
 * <tr><th>{@link io.selvage.select.Trigger}</th><td>an operation without a value, such as the end of a time</td></tr>
 * </table>
 *
 * @since 0.1
 */
@NullMarked
package io.selvage.select;

import org.jspecify.annotations.NullMarked;
