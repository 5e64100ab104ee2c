package dev.sirocco.audio.tarsos;

import be.tarsos.dsp.SilenceDetector;
import dev.sirocco.audio.Sound;
import java.util.Arrays;

/**
 * Finds where nothing is to be heard.
 *
 * @param threshold of the root mean square, in dB of full scale: -50, say
 * @param window    over which the mean is taken, in seconds
 */
public record Silence(double threshold, double window) {

    /** For recordings of speech. */
    public static final Silence SPEECH = new Silence(-50, 0.01);

    public Silence {
        if (!(threshold < 0 && window > 0)) {
            throw new IllegalArgumentException(threshold + " dB over " + window + " s");
        }
    }

    /** For each window, one after the other, whether it is silent; the last one may be short. */
    public boolean[] windows(Sound sound) {
        int length = windowLength(sound);
        boolean[] isSilent = new boolean[Math.ceilDiv(sound.samples().length, length)];
        SilenceDetector detector = new SilenceDetector();
        for (int w = 0; w < isSilent.length; w++) {
            int end = Math.min((w + 1) * length, sound.samples().length);
            float[] samples = Arrays.copyOfRange(sound.samples(), w * length, end);
            // TarsosDSP divides the root of the energy by the length, where the root mean square has the length's root.
            isSilent[w] = detector.isSilence(samples, threshold - 10 * Math.log10(samples.length));
        }
        return isSilent;
    }

    /**
     * Without the silence at the beginning and the end.
     *
     * @param margin seconds of it that stay
     * @return the sound as it is if all of it is silent
     */
    public Sound trimmed(Sound sound, double margin) {
        boolean[] isSilent = windows(sound);
        int first = 0;
        while (first < isSilent.length && isSilent[first]) {
            first++;
        }
        if (first == isSilent.length) {
            return sound;
        }
        int last = isSilent.length - 1;
        while (isSilent[last]) {
            last--;
        }
        int length = windowLength(sound);
        int kept = (int) Math.round(margin * sound.rate());
        return new Sound(Arrays.copyOfRange(sound.samples(), Math.max(0, first * length - kept),
                Math.min(sound.samples().length, (last + 1) * length + kept)), sound.rate());
    }

    private int windowLength(Sound sound) {
        return Math.max(1, (int) Math.round(window * sound.rate()));
    }
}
