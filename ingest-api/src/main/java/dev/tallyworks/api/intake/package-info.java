/** Takes the body of a request, gives recorded events, or for each event the reason why not. */
@NullMarked
package dev.tallyworks.api.intake;

import org.jspecify.annotations.NullMarked;
