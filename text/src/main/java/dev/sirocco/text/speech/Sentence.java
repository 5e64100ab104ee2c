package dev.sirocco.text.speech;

import java.util.List;

/**
 * A sentence as it is to be spoken.
 *
 * @param parts words and the pauses between them; the first is a word, the last {@link Pause#PERIOD}, {@link
 *     Pause#QUESTION} or {@link Pause#EXCLAMATION}, and no two pauses follow one another
 * @param endsParagraph whether a paragraph, or the text, ends with it
 */
public record Sentence(List<Part> parts, boolean endsParagraph) {

    public Sentence {
        parts = List.copyOf(parts);
    }

    /** The words in order, without the pauses. */
    public List<Word> words() {
        return parts.stream().filter(Word.class::isInstance).map(Word.class::cast).toList();
    }

    /** Words and marks: {@code good morning, doctor smith.} */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        for (Part part : parts) {
            text.append(text.isEmpty() || part instanceof Pause && part != Pause.DASH ? "" : " ").append(part);
        }
        return text.toString();
    }
}
