package dev.tallyworks.worker.wiring;

import io.quarkus.runtime.annotations.RegisterForReflection;

/**
 * What a native executable would leave out, as it is only looked for by name: the shape of the cache in MongoRollups, whose
 * name follows from what it is asked for (strong keys and values, a maximum of weight).
 */
@RegisterForReflection(
        classNames = {"com.github.benmanes.caffeine.cache.SSMW", "com.github.benmanes.caffeine.cache.PSMW"})
final class NativeReflection {
    private NativeReflection() {}
}
