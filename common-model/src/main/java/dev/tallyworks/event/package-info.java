/** Takes what a client posts, gives the recorded event: the truth that everything else is computed from. */
@NullMarked
package dev.tallyworks.event;

import org.jspecify.annotations.NullMarked;
