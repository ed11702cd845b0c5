/** Takes questions that go on, gives their answers as they change, to any number of viewers. */
@NullMarked
package dev.tallyworks.api.live;

import org.jspecify.annotations.NullMarked;
