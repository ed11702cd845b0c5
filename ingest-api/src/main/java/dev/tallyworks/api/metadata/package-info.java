/** Tells which names and times occur, of what was recorded and of what was counted. */
@NullMarked
package dev.tallyworks.api.metadata;

import org.jspecify.annotations.NullMarked;
