package dev.tallyworks.event;

/**
 * Names one recorded event.
 *
 * @param source the source's id
 * @param incarnation the version of the definitions that created the source; one made again under the same id is another
 * @param uuid the event's id, unique in its source
 */
public record EventRef(String source, long incarnation, String uuid) {}
