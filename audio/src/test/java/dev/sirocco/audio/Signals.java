package dev.sirocco.audio;

import java.util.Random;

/** Sounds that tests are made of. */
public final class Signals {

    private Signals() {}

    /** amplitude · sin(2π f t). */
    public static Sound sine(double frequency, double amplitude, int rate, int length) {
        float[] samples = new float[length];
        for (int i = 0; i < length; i++) {
            samples[i] = (float) (amplitude * Math.sin(2 * Math.PI * frequency * i / rate));
        }
        return new Sound(samples, rate);
    }

    /** A tone that goes evenly from one frequency to another, faded in and out over 20 ms. */
    public static Sound chirp(double from, double to, int rate, int length) {
        float[] samples = new float[length];
        double seconds = length / (double) rate;
        for (int i = 0; i < length; i++) {
            double t = i / (double) rate;
            double edge = Math.min(1, Math.min(i, length - 1 - i) / (0.02 * rate));
            samples[i] =
                    (float) (0.5 * edge * Math.sin(2 * Math.PI * (from * t + (to - from) * t * t / (2 * seconds))));
        }
        return new Sound(samples, rate);
    }

    /** White, even in -amplitude … amplitude. */
    public static Sound noise(double amplitude, int rate, int length) {
        Random random = new Random(7);
        float[] samples = new float[length];
        for (int i = 0; i < length; i++) {
            samples[i] = (float) (amplitude * (2 * random.nextDouble() - 1));
        }
        return new Sound(samples, rate);
    }

    /**
     * 10 log₁₀ of the signal's energy over the error's, in dB, where both have samples and the signal's edges aside.
     */
    public static double signalToNoise(float[] signal, float[] copy, int edge) {
        double energy = 0;
        double error = 0;
        for (int i = edge; i < Math.min(signal.length, copy.length) - edge; i++) {
            energy += signal[i] * (double) signal[i];
            error += (signal[i] - copy[i]) * (double) (signal[i] - copy[i]);
        }
        return 10 * Math.log10(energy / error);
    }

    /** The amplitude of one frequency, by the discrete Fourier transform at it, with a Hann window. */
    public static double amplitude(Sound sound, double frequency) {
        double re = 0;
        double im = 0;
        double sum = 0;
        int n = sound.samples().length;
        for (int i = 0; i < n; i++) {
            double window = 0.5 - 0.5 * Math.cos(2 * Math.PI * (i + 0.5) / n);
            double phase = 2 * Math.PI * frequency * i / sound.rate();
            re += window * sound.samples()[i] * Math.cos(phase);
            im += window * sound.samples()[i] * Math.sin(phase);
            sum += window;
        }
        return 2 * Math.hypot(re, im) / sum;
    }
}
