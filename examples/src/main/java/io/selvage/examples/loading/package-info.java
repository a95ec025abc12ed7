/** Loading data with blocking calls on a loop, in the order in which they are done. */
@NullMarked
package io.selvage.examples.loading;

import org.jspecify.annotations.NullMarked;
