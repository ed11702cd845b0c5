/** Takes rebuilds that the definitions have begun, gives new generations of numbers made from the raw events. */
@NullMarked
package dev.tallyworks.worker.rebuild;

import org.jspecify.annotations.NullMarked;
