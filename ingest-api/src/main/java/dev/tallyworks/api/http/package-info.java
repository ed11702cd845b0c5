/** Takes requests and failures, gives what the contract says of bodies, lists and problems. */
@NullMarked
package dev.tallyworks.api.http;

import org.jspecify.annotations.NullMarked;
