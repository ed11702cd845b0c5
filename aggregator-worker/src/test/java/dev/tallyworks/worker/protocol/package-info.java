/** Shows the lane protocol at work: the real code, step by step, in every order that the bound allows. */
@NullMarked
package dev.tallyworks.worker.protocol;

import org.jspecify.annotations.NullMarked;
