/**
 * Observing a running program: {@link io.selvage.observe.Dump} is the tree of threads, scopes and
 * tasks of the running process, as text, as JSON or as objects.
 *
 * @since 0.1
 */
@NullMarked
package io.selvage.observe;

import org.jspecify.annotations.NullMarked;
