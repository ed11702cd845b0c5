/** Takes a question to a store, gives whether it answers. */
@NullMarked
package dev.tallyworks.health;

import org.jspecify.annotations.NullMarked;
