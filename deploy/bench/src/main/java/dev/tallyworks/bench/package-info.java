/** Takes a Tallyworks that was built and a store, gives how fast each is, and what is left of the one in the other. */
@NullMarked
package dev.tallyworks.bench;

import org.jspecify.annotations.NullMarked;
