/** Puts the ingest API together from its settings. */
@NullMarked
package dev.tallyworks.api.wiring;

import org.jspecify.annotations.NullMarked;
