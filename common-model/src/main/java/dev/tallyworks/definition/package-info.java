/** Takes requests to define sources, event types, reports and aggregations, gives the definitions in force as of any version. */
@NullMarked
package dev.tallyworks.definition;

import org.jspecify.annotations.NullMarked;
