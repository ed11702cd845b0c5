/** Takes events and rollups as they are about to be written, gives which names occur in them, without ever scanning. */
@NullMarked
package dev.tallyworks.metadata;

import org.jspecify.annotations.NullMarked;
