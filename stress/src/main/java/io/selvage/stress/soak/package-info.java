/**
 * The soak: crews of real threads work on shared objects in rounds, while faults are injected; at
 * the end of each round every item, reply, task and permit must be accounted for.
 */
@NullMarked
package io.selvage.stress.soak;

import org.jspecify.annotations.NullMarked;
