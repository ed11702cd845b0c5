@NullMarked
package dev.tallyworks.cli;

import org.jspecify.annotations.NullMarked;
