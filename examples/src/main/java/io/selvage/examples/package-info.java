/** Small programs to begin with; {@code ./selvage demo} runs them. */
@NullMarked
package io.selvage.examples;

import org.jspecify.annotations.NullMarked;
