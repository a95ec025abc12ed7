package io.selvage.test;

/**
 * What {@link Simulation#explore} has seen, finding nothing wrong.
 *
 * @param runs how many
 * @param steps in all of them
 * @param schedules how many of the runs were different
 * @param complete whether there is no further one: an {@linkplain Strategy#exhaustive exhaustive}
 *     search has come to its end, or all seeds were run before the time was over
 */
public record Exploration(long runs, long steps, long schedules, boolean complete) {}
