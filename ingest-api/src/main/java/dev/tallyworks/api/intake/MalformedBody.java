package dev.tallyworks.api.intake;

/** The body as a whole can't be read: nothing of it is recorded. */
final class MalformedBody extends RuntimeException {
    /** @param offset of the fault, in bytes from the start of the body */
    static MalformedBody at(byte[] body, int offset, String problem) {
        int end = Math.min(Math.max(offset, 0), body.length);
        int line = 1;
        int column = 1;
        for (int i = 0; i < end; i++) {
            if (body[i] == '\n') {
                line++;
                column = 1;
            } else if ((body[i] & 0xC0) != 0x80) {
                column++;
            }
        }
        return new MalformedBody(problem + " at line " + line + ", column " + column);
    }

    MalformedBody(String message) {
        super(message, null, false, false);
    }
}
