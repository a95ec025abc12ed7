/** Machinery shared by the exported packages; not exported. */
@NullMarked
package io.selvage.kernel;

import org.jspecify.annotations.NullMarked;
