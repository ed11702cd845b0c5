/** Takes requests to define, gives the definitions of the contract. */
@NullMarked
package dev.tallyworks.api.definitions;

import org.jspecify.annotations.NullMarked;
