/** Commands that ask reports for numbers. */
@NullMarked
package dev.tallyworks.cli.question;

import org.jspecify.annotations.NullMarked;
