package dev.tallyworks.api.intake;

import dev.tallyworks.api.intake.EventReader.Format;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.zip.GZIPInputStream;

/**
 * A body as it arrived.
 *
 * @param gzip whether it is compressed
 */
record IncomingBody(byte[] bytes, boolean gzip, Format format) {
    /** Of the uncompressed body. */
    static final int BYTES_MAX = 10 << 20;

    private static final int QUICK_BYTES = 16 << 10;

    /** Whether reading it takes so little that an event loop may do it. */
    boolean isQuick() {
        return !gzip && bytes.length <= QUICK_BYTES;
    }

    /**
     * @throws MalformedBody as {@link EventReader#read}, and where the compression is broken
     * @throws BodyTooLarge as {@link EventReader#read}, and beyond {@link #BYTES_MAX}
     */
    PostedBody read() {
        return EventReader.read(gzip ? unzip() : checked(bytes), format);
    }

    private byte[] unzip() {
        try (GZIPInputStream unzipping = new GZIPInputStream(new ByteArrayInputStream(bytes))) {
            return checked(unzipping.readNBytes(BYTES_MAX + 1));
        } catch (IOException broken) {
            throw new MalformedBody("the body is no valid gzip, at line 1, column 1");
        }
    }

    private static byte[] checked(byte[] body) {
        if (body.length > BYTES_MAX) {
            throw new BodyTooLarge("more than " + BYTES_MAX + " bytes");
        }
        return body;
    }
}
