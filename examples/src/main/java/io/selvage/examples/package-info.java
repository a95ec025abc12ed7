/** Runnable examples of Selvage. */
@NullMarked
package io.selvage.examples;

import org.jspecify.annotations.NullMarked;
