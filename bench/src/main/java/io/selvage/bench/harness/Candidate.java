package io.selvage.bench.harness;

import java.util.function.Supplier;

/**
 * A library in a row.
 *
 * @param name its name
 * @param sample makes what takes its figures; called in the process that measures, once
 */
public record Candidate(String name, Supplier<Sample> sample) {}
