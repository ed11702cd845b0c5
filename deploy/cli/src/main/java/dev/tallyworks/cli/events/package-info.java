/** Commands about recorded events. */
@NullMarked
package dev.tallyworks.cli.events;

import org.jspecify.annotations.NullMarked;
