/** Commands for who runs Tallyworks: queue, workers, dead events, rebuilds, audits, and what is wrong. */
@NullMarked
package dev.tallyworks.cli.operation;

import org.jspecify.annotations.NullMarked;
