/** A plugin that fails, for tests of what becomes of events that can't be aggregated. */
@NullMarked
package dev.tallyworks.e2e.poison;

import org.jspecify.annotations.NullMarked;
