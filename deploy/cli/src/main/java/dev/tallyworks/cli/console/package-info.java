/** Takes answers, shows them to people and programs: tables, CSV, JSON, charts, progress. */
@NullMarked
package dev.tallyworks.cli.console;

import org.jspecify.annotations.NullMarked;
