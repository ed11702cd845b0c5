/** Takes an installation that was built, gives its applications as processes, and requests to them. */
@NullMarked
package dev.tallyworks.local.process;

import org.jspecify.annotations.NullMarked;
