/** Takes the state of loops and stores, gives the probes' answers. */
@NullMarked
package dev.tallyworks.worker.health;

import org.jspecify.annotations.NullMarked;
