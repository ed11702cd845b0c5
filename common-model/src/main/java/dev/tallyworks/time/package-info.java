/** Takes instants, gives the widths, buckets and ranges that time is cut into. */
@NullMarked
package dev.tallyworks.time;

import org.jspecify.annotations.NullMarked;
