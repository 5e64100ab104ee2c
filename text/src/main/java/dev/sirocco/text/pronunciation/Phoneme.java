package dev.sirocco.text.pronunciation;

import java.util.EnumSet;
import java.util.Set;

/** The 39 phonemes of General American as the CMU Pronouncing Dictionary writes them (ARPABET), vowels first. */
public enum Phoneme {
    AA, AE, AH, AO, AW, AY, EH, ER, EY, IH, IY, OW, OY, UH, UW,
    B, CH, D, DH, F, G, HH, JH, K, L, M, N, NG, P, R, S, SH, T, TH, V, W, Y, Z, ZH;

    private static final Set<Phoneme> VOICELESS = EnumSet.of(CH, F, HH, K, P, S, SH, T, TH);
    private static final Set<Phoneme> SIBILANTS = EnumSet.of(CH, JH, S, SH, Z, ZH);

    public boolean isVowel() {
        return compareTo(UW) <= 0;
    }

    public boolean isVoiced() {
        return !VOICELESS.contains(this);
    }

    /** Whether it hisses, so that a plural's ending needs a vowel in front: {@code buses}. */
    public boolean isSibilant() {
        return SIBILANTS.contains(this);
    }
}
