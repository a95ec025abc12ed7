/** Structured scopes and cancellation. */
@NullMarked
package io.selvage;

import org.jspecify.annotations.NullMarked;
