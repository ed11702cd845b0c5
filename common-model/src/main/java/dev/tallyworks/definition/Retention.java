package dev.tallyworks.definition;

import org.jspecify.annotations.Nullable;

/**
 * @param hotDays how long data are kept, days, at least 1
 * @param offloader the plugin that takes them before they are dropped
 */
public record Retention(int hotDays, @Nullable String offloader) {}
