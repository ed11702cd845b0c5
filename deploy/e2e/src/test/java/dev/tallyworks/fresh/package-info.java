/** Fresh answers under every order of events: intake, relay and questions in earnest, over stores that can be stopped. */
@org.jspecify.annotations.NullMarked
package dev.tallyworks.fresh;
