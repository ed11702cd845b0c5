package dev.tallyworks.api.wiring;

import dev.tallyworks.api.intake.CommitSettings;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** The ingest API's settings, with {@code tallyworks.ingest.} before their names. */
@ConfigMapping(prefix = "tallyworks.ingest")
interface IngestConfig extends CommitSettings {
    @Override
    @WithDefault("2")
    int writers();

    @Override
    @WithDefault("5000")
    int commitEventsMax();

    @Override
    @WithDefault("8388608")
    int commitBytesMax();

    @Override
    @WithDefault("50000")
    int bufferEventsMax();

    @Override
    @WithDefault("67108864")
    long bufferBytesMax();

    @Override
    @WithDefault("2s")
    Duration commitDeadline();

    @Override
    @WithDefault("5s")
    Duration answerDeadline();
}
