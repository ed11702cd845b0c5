/** Takes what operators decide about dead events, gives those events back to the lanes or leaves them uncounted for good. */
@NullMarked
package dev.tallyworks.api.deadletters;

import org.jspecify.annotations.NullMarked;
