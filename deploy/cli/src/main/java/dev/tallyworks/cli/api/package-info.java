/** Takes requests to a Tallyworks API, gives its answers; tries again where that is safe. */
@NullMarked
package dev.tallyworks.cli.api;

import org.jspecify.annotations.NullMarked;
