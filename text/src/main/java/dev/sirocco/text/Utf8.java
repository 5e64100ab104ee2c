package dev.sirocco.text;

/** UTF-8 as bytes: strict checking once, then quick decoding of bytes known to be valid. */
final class Utf8 {

    private Utf8() {}

    /**
     * The first offset in [from, to) where {@code bytes} stop being UTF-8 (overlong forms, surrogates and values above
     * U+10FFFF count as wrong), or -1 if all of it is valid.
     */
    static int firstInvalid(byte[] bytes, int from, int to) {
        int i = from;
        while (i < to) {
            int lead = bytes[i];
            if (lead >= 0) {
                i++;
                continue;
            }
            int length = (lead & 0xE0) == 0xC0 ? 2 : (lead & 0xF0) == 0xE0 ? 3 : (lead & 0xF8) == 0xF0 ? 4 : 0;
            if (length == 0 || i + length > to) {
                return i;
            }
            for (int k = 1; k < length; k++) {
                if ((bytes[i + k] & 0xC0) != 0x80) {
                    return i;
                }
            }
            int codePoint = codePointAt(bytes, i);
            boolean valid = switch (length) {
                case 2 -> codePoint >= 0x80;
                case 3 -> codePoint >= 0x800 && (codePoint < 0xD800 || codePoint > 0xDFFF);
                default -> codePoint >= 0x10000 && codePoint <= Character.MAX_CODE_POINT;
            };
            if (!valid) {
                return i;
            }
            i += length;
        }
        return -1;
    }

    /** The code point whose (valid) encoding starts at {@code i}. */
    static int codePointAt(byte[] bytes, int i) {
        int lead = bytes[i];
        if (lead >= 0) {
            return lead;
        }
        if ((lead & 0xE0) == 0xC0) {
            return (lead & 0x1F) << 6 | bytes[i + 1] & 0x3F;
        }
        if ((lead & 0xF0) == 0xE0) {
            return (lead & 0x0F) << 12 | (bytes[i + 1] & 0x3F) << 6 | bytes[i + 2] & 0x3F;
        }
        return (lead & 0x07) << 18 | (bytes[i + 1] & 0x3F) << 12 | (bytes[i + 2] & 0x3F) << 6 | bytes[i + 3] & 0x3F;
    }

    /** Bytes that UTF-8 spends on {@code codePoint}: 1 to 4. */
    static int length(int codePoint) {
        return codePoint < 0x80 ? 1 : codePoint < 0x800 ? 2 : codePoint < 0x10000 ? 3 : 4;
    }

    /** The number of code points in valid UTF-8: every byte that does not continue another. */
    static int codePoints(byte[] bytes, int from, int to) {
        int n = 0;
        for (int i = from; i < to; i++) {
            n += (bytes[i] & 0xC0) != 0x80 ? 1 : 0;
        }
        return n;
    }

    /** The byte offset that lies {@code codePoints} code points after {@code from}. */
    static int skip(byte[] bytes, int from, int to, int codePoints) {
        int i = from;
        for (int n = 0; n < codePoints && i < to; n++) {
            do {
                i++;
            } while (i < to && (bytes[i] & 0xC0) == 0x80);
        }
        return i;
    }
}
