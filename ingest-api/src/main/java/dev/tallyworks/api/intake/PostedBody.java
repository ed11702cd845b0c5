package dev.tallyworks.api.intake;

import java.util.List;

/**
 * The events of one request.
 *
 * @param batch whether the answer counts them or gives the one
 * @param sizeBytes of the body, uncompressed
 */
record PostedBody(boolean batch, List<PostedEvent> events, int sizeBytes) {}
