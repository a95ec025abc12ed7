/** What is measured: the rows of the table and the points of the charts. */
package io.selvage.bench.rows;
