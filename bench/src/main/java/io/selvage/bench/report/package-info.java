/** What was measured, as a table, as CSV and as charts. */
package io.selvage.bench.report;
