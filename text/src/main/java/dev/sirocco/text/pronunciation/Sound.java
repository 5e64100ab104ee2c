package dev.sirocco.text.pronunciation;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A phoneme as it stands in a word: vowels with their stress.
 *
 * @param stress 0 none, 1 primary, 2 secondary; {@value #UNSTRESSABLE} for consonants
 */
public record Sound(Phoneme phoneme, int stress) {

    public static final int UNSTRESSABLE = -1;

    /** All there are, in an order that never changes: the {@linkplain #id ids} of trained models refer to it. */
    public static final List<Sound> ALL = all();

    private static final Map<String, Sound> BY_NAME = new HashMap<>();
    private static final Map<Sound, Integer> IDS = new HashMap<>();

    static {
        ALL.forEach(sound -> {
            BY_NAME.put(sound.toString(), sound);
            IDS.put(sound, IDS.size());
        });
    }

    public Sound {
        if (phoneme.isVowel() ? stress < 0 || stress > 2 : stress != UNSTRESSABLE) {
            throw new IllegalArgumentException(phoneme + " with stress " + stress);
        }
    }

    private static List<Sound> all() {
        List<Sound> all = new ArrayList<>();
        for (Phoneme phoneme : Phoneme.values()) {
            if (phoneme.isVowel()) {
                all.addAll(List.of(new Sound(phoneme, 0), new Sound(phoneme, 1), new Sound(phoneme, 2)));
            } else {
                all.add(new Sound(phoneme, UNSTRESSABLE));
            }
        }
        return List.copyOf(all);
    }

    /**
     * From the dictionary's notation.
     *
     * @param name {@code AH0}, {@code NG}
     * @throws IllegalArgumentException if there is no such sound
     */
    public static Sound of(String name) {
        Sound sound = BY_NAME.get(name);
        if (sound == null) {
            throw new IllegalArgumentException("no sound '" + name + "'");
        }
        return sound;
    }

    /** The position in {@link #ALL}. */
    public int id() {
        return IDS.get(this);
    }

    /** The dictionary's notation: {@code AH0}, {@code NG}. */
    @Override
    public String toString() {
        return phoneme.isVowel() ? phoneme.name() + stress : phoneme.name();
    }
}
