/** Keeps the ports' promises on MongoDB. */
@NullMarked
package dev.tallyworks.mongo;

import org.jspecify.annotations.NullMarked;
