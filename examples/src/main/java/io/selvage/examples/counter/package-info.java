/** The counter server: a service with a loop, and a program around it that reads commands. */
@NullMarked
package io.selvage.examples.counter;

import org.jspecify.annotations.NullMarked;
