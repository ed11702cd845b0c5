/** Names what can go wrong, and what each failure means to the caller. */
@NullMarked
package dev.tallyworks.failure;

import org.jspecify.annotations.NullMarked;
