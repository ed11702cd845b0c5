/** Takes the numbers of many events, gives one update for each stored rollup. */
@NullMarked
package dev.tallyworks.rollup;

import org.jspecify.annotations.NullMarked;
