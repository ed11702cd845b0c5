/**
 * What plugins implement: interfaces whose every method has a default, so that one implements what it needs. Takes what
 * happens to events, metrics and questions, gives what plugins make of it.
 *
 * <p>A <em>waterfall</em> hook gets what the one before gave and gives it on, changed or not; where it throws, what it was
 * called for is refused. An <em>action</em> hook is told afterwards; where it throws, that is logged and counted, and nothing
 * else happens. A <em>collector</em> adds to what is there. All are called in the order of {@link
 * dev.tallyworks.plugin.Plugin#order()}, by many threads at once, and for a limited time: one that takes longer has thrown.
 */
@NullMarked
package dev.tallyworks.plugin;

import org.jspecify.annotations.NullMarked;
