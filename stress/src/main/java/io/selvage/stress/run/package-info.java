/**
 * The stress run: its parts, each in a JVM of its own, share a budget of time, and their figures
 * make one report.
 *
 * <p>{@link io.selvage.stress.run.StressRun} is the program. It starts {@link
 * io.selvage.stress.run.PartMain} for each {@link io.selvage.stress.run.StressPart}.
 */
@NullMarked
package io.selvage.stress.run;

import org.jspecify.annotations.NullMarked;
