/** Takes the state of what the intake depends on, gives the answers to probes. */
@NullMarked
package dev.tallyworks.api.health;

import org.jspecify.annotations.NullMarked;
