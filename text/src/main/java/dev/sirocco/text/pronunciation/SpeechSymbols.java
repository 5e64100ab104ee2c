package dev.sirocco.text.pronunciation;

import dev.sirocco.text.speech.Pause;

/**
 * The numbers by which an acoustic model knows what it is to speak: padding, the boundary between words, pauses and the
 * ends of sentences, and the {@linkplain Sound#ALL sounds}. Trained models refer to them; they never change.
 */
public final class SpeechSymbols {

    public static final int PADDING = 0;
    /** Between two words that follow one another without a pause. */
    public static final int BOUNDARY = 1;
    /** A comma, or any other pause within a sentence. */
    public static final int SHORT_PAUSE = 2;
    /** The end of a statement. */
    public static final int LONG_PAUSE = 3;
    /** The end of a question. */
    public static final int QUESTION = 4;
    /** The end of an exclamation. */
    public static final int EXCLAMATION = 5;
    private static final int FIRST_SOUND = 6;
    private static final String[] MARKS = {"_", "|", ",", ".", "?", "!"};

    /** How many there are. */
    public static final int COUNT = FIRST_SOUND + Sound.ALL.size();

    private SpeechSymbols() {}

    public static int of(Sound sound) {
        return FIRST_SOUND + sound.id();
    }

    public static int of(Pause pause) {
        return switch (pause) {
            case COMMA, SEMICOLON, COLON, DASH -> SHORT_PAUSE;
            case PERIOD -> LONG_PAUSE;
            case QUESTION -> QUESTION;
            case EXCLAMATION -> EXCLAMATION;
        };
    }

    /** Whether a symbol is a sound, and no boundary or pause. */
    public static boolean isSound(int symbol) {
        return symbol >= FIRST_SOUND;
    }

    /** For people: {@code AH0}, {@code |} for a boundary, and marks. */
    public static String name(int symbol) {
        return isSound(symbol) ? Sound.ALL.get(symbol - FIRST_SOUND).toString() : MARKS[symbol];
    }
}
