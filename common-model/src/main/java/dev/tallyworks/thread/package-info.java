/** Takes names, gives threads. */
@NullMarked
package dev.tallyworks.thread;

import org.jspecify.annotations.NullMarked;
