package dev.tallyworks.api.http;

import java.security.SecureRandom;

/** New ids of what is defined: 16 letters and digits, 80 random bits. */
public final class Ids {
    private static final String ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz";
    private static final int LENGTH = 16;

    private Ids() {}

    public static String next() {
        // Not a constant, which a native executable would have seeded when it was built.
        SecureRandom random = new SecureRandom();
        StringBuilder id = new StringBuilder(LENGTH);
        for (int i = 0; i < LENGTH; i++) {
            id.append(ALPHABET.charAt(random.nextInt(ALPHABET.length())));
        }
        return id.toString();
    }
}
