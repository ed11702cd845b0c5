/** Puts the worker together from its settings. */
@NullMarked
package dev.tallyworks.worker.wiring;

import org.jspecify.annotations.NullMarked;
