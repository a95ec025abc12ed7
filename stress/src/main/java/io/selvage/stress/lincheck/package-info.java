/**
 * Lincheck on channels and selects: it makes up small programs, runs each of them in many orders,
 * and compares what the calls return with a sequential model.
 */
@NullMarked
package io.selvage.stress.lincheck;

import org.jspecify.annotations.NullMarked;
