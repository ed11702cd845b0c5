@NullMarked
package dev.tallyworks.cli.send;

import org.jspecify.annotations.NullMarked;
