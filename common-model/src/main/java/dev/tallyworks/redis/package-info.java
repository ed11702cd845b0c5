/** Keeps the ports' promises on Redis. */
@NullMarked
package dev.tallyworks.redis;

import org.jspecify.annotations.NullMarked;
