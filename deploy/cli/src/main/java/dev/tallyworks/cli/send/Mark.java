package dev.tallyworks.cli.send;

/**
 * A place in a file, between two records.
 *
 * @param offset in bytes, without gzip
 * @param line how many lines lie before it
 * @param digest SHA-256 of all before it, in hexadecimal digits
 * @param position in bytes of the file as it lies there, for progress
 */
record Mark(long offset, long line, String digest, long position) {}
