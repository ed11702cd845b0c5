/**
 * Takes the databases of mongo-java-server, gives them indexes that serve any query naming their leading keys: equality,
 * {@code $in}, ranges, and the order of a sort, also for partial indexes. What an index can't tell is left to the collection,
 * which filters every document anyway.
 */
@NullMarked
package dev.tallyworks.servers.index;

import org.jspecify.annotations.NullMarked;
