/**
 * The test kit: simulations, and what tests of concurrent code need besides.
 *
 * @since 0.1
 */
@NullMarked
package io.selvage.test;

import org.jspecify.annotations.NullMarked;
