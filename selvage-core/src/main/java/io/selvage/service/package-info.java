/** Services: long-running parts with a lifecycle. */
@NullMarked
package io.selvage.service;

import org.jspecify.annotations.NullMarked;
