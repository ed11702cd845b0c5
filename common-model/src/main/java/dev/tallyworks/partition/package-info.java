/** Takes a bucket and a partition scheme, gives the collection that holds it. */
@NullMarked
package dev.tallyworks.partition;

import org.jspecify.annotations.NullMarked;
