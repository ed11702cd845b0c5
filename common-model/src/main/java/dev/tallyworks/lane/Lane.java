package dev.tallyworks.lane;

/**
 * A lane with the owner who holds it. There is a fixed pool of lanes; whoever owns one runs one batch at a time on it.
 *
 * @param epoch grows with each change of owner: what an earlier owner still writes matches nothing
 */
public record Lane(String id, long epoch, Manifest manifest) {}
