package dev.tallyworks.event;

/**
 * Names one group commit, so that an insert of unknown outcome can be told from a duplicate when it is tried again.
 *
 * @param writer unique among all that ever wrote; it has one commit under way at a time
 * @param number grows by one with each commit of this writer
 */
public record CommitId(String writer, long number) {}
