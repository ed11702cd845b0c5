/** Tallyworks: exact event analytics on MongoDB and Redis. */
@NullMarked
package dev.tallyworks;

import org.jspecify.annotations.NullMarked;
