package dev.sirocco.text.speech;

/**
 * A word to be pronounced.
 *
 * @param text in lower case: letters a to z, and apostrophes within or before
 * @param letter whether it is the name of a letter, perhaps with {@code 's}: the {@code a} of {@code FAA}, not the
 *     article
 */
public record Word(String text, boolean letter) implements Part {

    @Override
    public String toString() {
        return text;
    }
}
