/** Takes nothing but a JDK, gives a MongoDB and a Redis to run on. */
@NullMarked
package dev.tallyworks.servers;

import org.jspecify.annotations.NullMarked;
