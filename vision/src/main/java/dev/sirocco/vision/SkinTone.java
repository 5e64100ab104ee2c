package dev.sirocco.vision;

import java.util.Locale;

/** The five modifiers of Fitzpatrick's scale (Unicode Technical Standard 51, section 2.4). */
enum SkinTone {

    LIGHT(0x1F3FB), MEDIUM_LIGHT(0x1F3FC), MEDIUM(0x1F3FD), MEDIUM_DARK(0x1F3FE), DARK(0x1F3FF);

    private final int character;

    SkinTone(int character) {
        this.character = character;
    }

    /** Whether an emoji is another one in a skin tone. */
    static boolean isIn(String emoji) {
        return emoji.codePointCount(0, emoji.length()) > 1 && emoji.codePoints().anyMatch(c -> of(c) != null);
    }

    /** The tone of a modifier; null for another character. */
    static SkinTone of(int character) {
        for (SkinTone tone : values()) {
            if (tone.character == character) {
                return tone;
            }
        }
        return null;
    }

    /** As CLDR says it: "medium-dark skin tone". */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-') + " skin tone";
    }
}
