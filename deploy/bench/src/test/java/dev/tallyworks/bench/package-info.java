@NullMarked
package dev.tallyworks.bench;

import org.jspecify.annotations.NullMarked;
