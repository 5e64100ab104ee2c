package dev.sirocco.text.pronunciation;

/**
 * A word of a sentence and how it sounds.
 *
 * @param text as in the sentence
 * @param source where the pronunciation comes from
 */
public record SpokenWord(String text, Pronunciation pronunciation, Source source) {

    /** From the surest to the least sure. */
    public enum Source {
        /** The name of a letter. */
        LETTER,
        /** The dictionary. */
        DICTIONARY,
        /** The dictionary has several, and the neighbours have told which. */
        HETERONYM,
        /** The dictionary has the word without its ending. */
        ENDING,
        /** The network has read the letters. */
        NETWORK,
        /** Letter by letter, since there is no network. */
        SPELLED
    }
}
