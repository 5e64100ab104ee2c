package dev.sirocco.text.pronunciation;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** How a word sounds: one sound or more. */
public record Pronunciation(List<Sound> sounds) {

    public Pronunciation {
        if (sounds.isEmpty()) {
            throw new IllegalArgumentException("a pronunciation without sounds");
        }
        sounds = List.copyOf(sounds);
    }

    /** From the dictionary's notation: {@code HH AH0 L OW1}. */
    public static Pronunciation of(String sounds) {
        return new Pronunciation(Arrays.stream(sounds.strip().split(" ")).map(Sound::of).toList());
    }

    /** This, followed by another one. */
    public Pronunciation plus(Pronunciation end) {
        return new Pronunciation(Stream.concat(sounds.stream(), end.sounds.stream()).toList());
    }

    public Sound first() {
        return sounds.getFirst();
    }

    public Sound last() {
        return sounds.getLast();
    }

    /** The phonemes, whatever their stress. */
    public List<Phoneme> phonemes() {
        return sounds.stream().map(Sound::phoneme).toList();
    }

    /** The dictionary's notation: {@code HH AH0 L OW1}. */
    @Override
    public String toString() {
        return sounds.stream().map(Sound::toString).collect(Collectors.joining(" "));
    }
}
