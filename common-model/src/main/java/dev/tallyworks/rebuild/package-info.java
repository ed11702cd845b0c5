/** Takes what rebuilds have done so far, gives where to go on. */
@NullMarked
package dev.tallyworks.rebuild;

import org.jspecify.annotations.NullMarked;
