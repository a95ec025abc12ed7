/**
 * Measures rows: one piece of work of several libraries, which take turns in one process, in
 * several processes.
 */
package io.selvage.bench.harness;
