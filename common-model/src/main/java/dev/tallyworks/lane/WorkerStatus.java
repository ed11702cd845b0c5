package dev.tallyworks.lane;

import java.util.List;

/**
 * What a worker says of itself.
 *
 * @param version of the software
 * @param lanes that it owns
 * @param inFlight events of the batches under way
 * @param processed events finished since the start
 * @param failed failed attempts since the start
 * @param configurationVersion the version of the definitions that it knows
 */
public record WorkerStatus(
        String id,
        String version,
        long startedAtMillis,
        long heartbeatAtMillis,
        List<String> lanes,
        long inFlight,
        long processed,
        long failed,
        long configurationVersion) {}
