package dev.sirocco.text.speech;

/** A phrase break, and the punctuation that tells its melody. Brackets count as commas, three dots as a dash. */
public enum Pause implements Part {
    COMMA(","), SEMICOLON(";"), COLON(":"), DASH("-"), PERIOD("."), QUESTION("?"), EXCLAMATION("!");

    private final String mark;

    Pause(String mark) {
        this.mark = mark;
    }

    /** The mark that stands for it in {@link Sentence#toString()}. */
    @Override
    public String toString() {
        return mark;
    }
}
