/** Takes definitions that are gone, gives the space back that their events and numbers took. */
@NullMarked
package dev.tallyworks.removal;

import org.jspecify.annotations.NullMarked;
