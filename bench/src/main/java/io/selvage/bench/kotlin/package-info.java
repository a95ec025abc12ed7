/** Coroutines from Java: what Kotlin's compiler makes of suspending functions. */
package io.selvage.bench.kotlin;
