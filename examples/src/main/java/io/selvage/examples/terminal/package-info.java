/** What the examples share: the terminal, a progress bar, Ctrl-C. */
@NullMarked
package io.selvage.examples.terminal;

import org.jspecify.annotations.NullMarked;
