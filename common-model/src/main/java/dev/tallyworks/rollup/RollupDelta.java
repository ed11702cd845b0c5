package dev.tallyworks.rollup;

/** What a batch adds to one rollup document. Owned by helper "rollups": shape to be settled there. */
public final class RollupDelta {}
