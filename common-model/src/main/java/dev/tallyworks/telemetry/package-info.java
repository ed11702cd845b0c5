/** Takes what stores and processes tell of themselves, gives it to those who watch: gauges, and contexts of traces. */
@NullMarked
package dev.tallyworks.telemetry;

import org.jspecify.annotations.NullMarked;
