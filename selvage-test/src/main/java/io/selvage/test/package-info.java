/** The test kit: simulations, and what tests of concurrent code need besides. */
@NullMarked
package io.selvage.test;

import org.jspecify.annotations.NullMarked;
