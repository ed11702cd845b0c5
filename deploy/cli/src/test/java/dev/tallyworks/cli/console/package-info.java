@NullMarked
package dev.tallyworks.cli.console;

import org.jspecify.annotations.NullMarked;
