/** Takes the applications as they were built, gives proof that together they do what they promise. */
@NullMarked
package dev.tallyworks.e2e;

import org.jspecify.annotations.NullMarked;
