package dev.tallyworks.api.audit;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;

/** Counts what audits find: a difference is what should never be. */
final class AuditMetrics {
    private final Counter exact;
    private final Counter different;
    private final Counter buckets;

    AuditMetrics(MeterRegistry registry) {
        exact = audited(registry, "exact");
        different = audited(registry, "different");
        buckets = Counter.builder("tallyworks.audit.different.buckets")
                .description("Buckets whose stored numbers differed from the raw events")
                .register(registry);
    }

    private static Counter audited(MeterRegistry registry, String outcome) {
        return Counter.builder("tallyworks.audits")
                .description("Aggregations that were audited, by what was found")
                .tag("outcome", outcome)
                .register(registry);
    }

    void audited(AuditedAggregation result) {
        boolean same = result.difference() == 0 && result.buckets().isEmpty();
        (same ? exact : different).increment();
        buckets.increment(result.buckets().size());
    }
}
