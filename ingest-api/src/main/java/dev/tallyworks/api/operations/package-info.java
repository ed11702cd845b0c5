/** Takes the questions of operators, gives the state of queue and workers. */
@NullMarked
package dev.tallyworks.api.operations;

import org.jspecify.annotations.NullMarked;
