/** Takes requests to rebuild numbers, gives how far the rebuilds are. */
@NullMarked
package dev.tallyworks.api.rebuild;

import org.jspecify.annotations.NullMarked;
