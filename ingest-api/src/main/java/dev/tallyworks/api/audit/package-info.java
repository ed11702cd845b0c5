/** Takes a report and a range of time, gives the buckets whose numbers are not those of the raw events. */
@NullMarked
package dev.tallyworks.api.audit;

import org.jspecify.annotations.NullMarked;
