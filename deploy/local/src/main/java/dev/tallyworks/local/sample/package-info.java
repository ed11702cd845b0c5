/** Takes the flights of a week, gives a source, reports and their numbers in a running Tallyworks. */
@NullMarked
package dev.tallyworks.local.sample;

import org.jspecify.annotations.NullMarked;
