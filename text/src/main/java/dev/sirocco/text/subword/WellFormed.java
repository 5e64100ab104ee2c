package dev.sirocco.text.subword;

import java.nio.charset.StandardCharsets;

/** Texts that UTF-8 can hold. */
final class WellFormed {

    private WellFormed() {}

    /** The text with U+FFFD for each half of a surrogate pair. */
    static String of(String text) {
        // The JDK's encoder of UTF-16 does that; the one of UTF-8 would put a question mark.
        return new String(text.getBytes(StandardCharsets.UTF_16BE), StandardCharsets.UTF_16BE);
    }
}
