package dev.tallyworks.cli.send;

import org.jspecify.annotations.Nullable;

/**
 * A record that was not taken.
 *
 * @param line where it begins
 * @param uuid where the API told one
 * @param code of the API, or {@code malformed_json}, {@code malformed_csv}, {@code malformed_record} of what was not even sent
 * @param text as it stands in the file
 */
record Rejection(long line, @Nullable String uuid, String code, String detail, String text) {}
