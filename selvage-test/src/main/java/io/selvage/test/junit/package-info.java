/**
 * Selvage for JUnit: tests that are run under many schedules, and tests that must not leave
 * anything behind.
 *
 * <ul>
 *   <li>{@link io.selvage.test.junit.SimulationTest} is a test method that a {@linkplain
 *       io.selvage.test.Simulation simulation} runs under many seeds, or in the order of a schedule
 *       that has failed before.
 *   <li>{@link io.selvage.test.junit.NoLeaks} fails any other test that leaves a service, a thread,
 *       a timer, a scope or its interrupt flag behind.
 * </ul>
 *
 * <p>This package needs {@code org.junit.jupiter.api}, version 6; the rest of the module does not.
 *
 * @since 0.1
 */
@NullMarked
package io.selvage.test.junit;

import org.jspecify.annotations.NullMarked;
