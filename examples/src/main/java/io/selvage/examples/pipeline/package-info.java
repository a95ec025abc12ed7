/** Counting words by a pipeline of bounded channels. */
@NullMarked
package io.selvage.examples.pipeline;

import org.jspecify.annotations.NullMarked;
