package io.selvage.bench.harness;

/**
 * The place of a row in a chart of how a cost grows.
 *
 * @param chart its name
 * @param axis what there is more of
 * @param at how much of it
 */
public record Growth(String chart, String axis, long at) {}
