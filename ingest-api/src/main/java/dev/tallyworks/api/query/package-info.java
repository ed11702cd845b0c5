/** Takes questions, gives their answers from the stored numbers. */
@NullMarked
package dev.tallyworks.api.query;

import org.jspecify.annotations.NullMarked;
