/** {@code tallyctl}: takes a command line, gives output and an exit code. */
@NullMarked
package dev.tallyworks.cli;

import org.jspecify.annotations.NullMarked;
