package dev.tallyworks.event;

/**
 * Who aggregates an event: one batch of one owner of a lane.
 *
 * @param epoch of the lane's owner
 * @param seq number of the batch in its lane
 */
public record Claim(String lane, long epoch, long seq) {}
