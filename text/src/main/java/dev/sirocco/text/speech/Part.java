package dev.sirocco.text.speech;

/** One step of a spoken sentence. */
public sealed interface Part permits Word, Pause {}
