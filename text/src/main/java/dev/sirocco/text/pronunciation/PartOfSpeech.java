package dev.sirocco.text.pronunciation;

/** What a word is in its sentence, as far as its pronunciation depends on it. */
enum PartOfSpeech {
    NOUN, VERB,
    /** A verb's past tense or participle. */
    PAST,
    ADJECTIVE
}
