/**
 * Channels and selects beside those of others: each workload is a list of parts, and each library
 * runs the same parts in its own way.
 */
package io.selvage.bench.channels;
