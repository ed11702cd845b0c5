package dev.tallyworks.api.intake;

/** What a JSON parser does not look at: it takes overlong forms and surrogates for characters. */
final class Utf8 {
    private Utf8() {}

    /** @return the offset of the first byte that is not part of a well-formed character, or -1 */
    static int firstMalformed(byte[] bytes) {
        int i = 0;
        while (i < bytes.length) {
            if (bytes[i] >= 0) {
                i++;
                continue;
            }
            int length = lengthAt(bytes, i);
            if (length < 0) {
                return i;
            }
            i += length;
        }
        return -1;
    }

    private static int lengthAt(byte[] bytes, int i) {
        int lead = bytes[i] & 0xFF;
        if (lead >= 0xC2 && lead <= 0xDF) {
            return isContinued(bytes, i, 1, 0x80, 0xBF) ? 2 : -1;
        }
        if (lead >= 0xE0 && lead <= 0xEF) {
            int from = lead == 0xE0 ? 0xA0 : 0x80;
            int to = lead == 0xED ? 0x9F : 0xBF;
            return isContinued(bytes, i, 2, from, to) ? 3 : -1;
        }
        if (lead >= 0xF0 && lead <= 0xF4) {
            int from = lead == 0xF0 ? 0x90 : 0x80;
            int to = lead == 0xF4 ? 0x8F : 0xBF;
            return isContinued(bytes, i, 3, from, to) ? 4 : -1;
        }
        return -1;
    }

    /** Only the first continuation byte has narrower bounds, which exclude overlong forms and surrogates. */
    private static boolean isContinued(byte[] bytes, int i, int continuations, int from, int to) {
        if (i + continuations >= bytes.length) {
            return false;
        }
        int first = bytes[i + 1] & 0xFF;
        if (first < from || first > to) {
            return false;
        }
        for (int c = 2; c <= continuations; c++) {
            if ((bytes[i + c] & 0xC0) != 0x80) {
                return false;
            }
        }
        return true;
    }

    /** Whether a surrogate may have been escaped: in well-formed bytes, unpaired ones can't come in another way. */
    static boolean mayEscapeSurrogates(byte[] bytes) {
        for (int i = 0; i + 2 < bytes.length; i++) {
            if (bytes[i] == '\\' && bytes[i + 1] == 'u' && (bytes[i + 2] | 0x20) == 'd') {
                return true;
            }
        }
        return false;
    }

    /** Bytes that the characters take, as far as surrogates are paired. */
    static int length(char[] text, int from, int end) {
        int bytes = 0;
        for (int i = from; i < end; i++) {
            if (text[i] < 0x80) {
                bytes++;
            } else if (text[i] < 0x800 || Character.isSurrogate(text[i])) {
                bytes += 2;
            } else {
                bytes += 3;
            }
        }
        return bytes;
    }

    static boolean hasUnpairedSurrogate(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (Character.isHighSurrogate(c)) {
                i++;
                if (i == text.length() || !Character.isLowSurrogate(text.charAt(i))) {
                    return true;
                }
            } else if (Character.isLowSurrogate(c)) {
                return true;
            }
        }
        return false;
    }
}
