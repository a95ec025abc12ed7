/** Echo servers of several kinds, and a client that measures them. */
@NullMarked
package io.selvage.bench.echo;

import org.jspecify.annotations.NullMarked;
