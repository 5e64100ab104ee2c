package dev.sirocco.text.subword;

import java.util.Arrays;

/**
 * The characters that stand for the 256 bytes in the vocabularies of byte-level tokenisers: visible ones for
 * themselves, for the others U+0100 and on, in their order (GPT-2, {@code bytes_to_unicode}).
 */
final class ByteAlphabet {

    private static final char[] CHARACTERS = new char[256];
    private static final int[] BYTES = new int[512];

    static {
        Arrays.fill(BYTES, -1);
        char other = 256;
        for (int b = 0; b < 256; b++) {
            boolean isVisible = b > ' ' && b <= '~' || b >= 0xA1 && b != 0xAD;
            CHARACTERS[b] = isVisible ? (char) b : other++;
            BYTES[CHARACTERS[b]] = b;
        }
    }

    private ByteAlphabet() {}

    static char characterOf(int unsignedByte) {
        return CHARACTERS[unsignedByte];
    }

    static String write(byte[] bytes) {
        char[] text = new char[bytes.length];
        for (int i = 0; i < bytes.length; i++) {
            text[i] = CHARACTERS[Byte.toUnsignedInt(bytes[i])];
        }
        return new String(text);
    }

    /** Null if it has other characters. */
    static byte[] read(String text) {
        byte[] bytes = new byte[text.length()];
        for (int i = 0; i < bytes.length; i++) {
            int b = text.charAt(i) < BYTES.length ? BYTES[text.charAt(i)] : -1;
            if (b < 0) {
                return null;
            }
            bytes[i] = (byte) b;
        }
        return bytes;
    }
}
