@NullMarked
package dev.tallyworks.cli.api;

import org.jspecify.annotations.NullMarked;
