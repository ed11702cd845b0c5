/** Commands about sources, reports and aggregations. */
@NullMarked
package dev.tallyworks.cli.definitions;

import org.jspecify.annotations.NullMarked;
