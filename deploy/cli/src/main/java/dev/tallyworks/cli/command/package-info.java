/** Takes the options that all commands have, gives what a command works with, and how it ends. */
@NullMarked
package dev.tallyworks.cli.command;

import org.jspecify.annotations.NullMarked;
