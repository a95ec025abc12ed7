/**
 * The choices of a run: how they are drawn, kept, and written as the text of a schedule. Not
 * exported.
 */
@NullMarked
package io.selvage.test.schedule;

import org.jspecify.annotations.NullMarked;
