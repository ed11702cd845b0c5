/** Takes what a process was started with, gives what of it nobody reads. */
@NullMarked
package dev.tallyworks.setting;

import org.jspecify.annotations.NullMarked;
