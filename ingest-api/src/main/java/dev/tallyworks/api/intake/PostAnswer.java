package dev.tallyworks.api.intake;

/** What a post is answered with: the event, or for a batch the count. */
public sealed interface PostAnswer permits EventView, BatchView {}
