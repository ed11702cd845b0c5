package dev.tallyworks.api.audit;

import java.util.List;

/**
 * What an audit found of one aggregation.
 *
 * @param aggregation its id
 * @param events the raw events that it should hold
 * @param counted the events that it holds
 * @param difference counted − events
 * @param buckets those that differ
 */
public record AuditedAggregation(String aggregation, long events, long counted, long difference, List<Bucket> buckets) {
    /**
     * What differs of a bucket: how many events it holds, in total or for the attributions of a type; where these are equal, other
     * figures.
     *
     * @param timestamp its start
     */
    public record Bucket(String timestamp, long events, long counted) {}
}
