package dev.tallyworks.worker.wiring;

/** @param id unique to this process, telling its host */
record WorkerIdentity(String id, long startedAtMillis) {}
