/**
 * Takes the numbers of accepted events, gives them to questions before they are aggregated. Where an answer passes from the
 * stored rollups to these is decided by {@link dev.tallyworks.realtime.Cut}.
 */
@NullMarked
package dev.tallyworks.realtime;

import org.jspecify.annotations.NullMarked;
