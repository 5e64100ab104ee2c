package dev.sirocco.audio.train;

import dev.sirocco.audio.Sound;
import java.util.SplittableRandom;

/**
 * A room with a microphone. A voice recorded in a studio is heard in many of them, so that a network learns what others'
 * recordings are like. The echo is velvet noise that dies away: sparse pulses of either sign (Karjalainen and
 * Järveläinen 2007).
 *
 * @param decay seconds in which the echo gets weaker by 60 dB
 * @param echo  its power, in dB of the sound's own
 * @param noise deviation of the noise, in dB of the sound's peak
 * @param pole  of the noise's filter: 0 is white noise, near 1 nearly brown
 * @param seed  of the pulses and the noise
 */
public record Room(double decay, double echo, double noise, double pole, long seed) {

    private static final double PULSES_PER_SECOND = 1500;
    /** Between the sound and the first of its echo. */
    private static final double FIRST_SECONDS = 0.005;

    /** Small ones and large ones, quiet and loud. */
    public static Room random(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        return new Room(random.nextDouble(0.1, 0.5), random.nextDouble(-25, -8), random.nextDouble(-65, -30),
                random.nextDouble(), random.nextLong());
    }

    /** As long and as loud as the sound; what echoes behind its end is cut off. */
    public Sound heard(Sound sound) {
        SplittableRandom random = new SplittableRandom(seed);
        float[] samples = sound.samples();
        float[] heard = samples.clone();
        double power = Math.log(1000) / decay;                               // of e, each second
        double loudness = amplitude(echo) * Math.sqrt(2 * power / PULSES_PER_SECOND);
        double step = sound.rate() / PULSES_PER_SECOND;
        for (double at = FIRST_SECONDS * sound.rate(); at < decay * sound.rate(); at += step) {
            int delay = (int) (at + random.nextDouble() * step);
            float gain = (float) (loudness * Math.exp(-power * delay / sound.rate()) * (random.nextBoolean() ? 1 : -1));
            for (int i = delay; i < heard.length; i++) {
                heard[i] += gain * samples[i - delay];
            }
        }
        float peak = peak(samples);
        double deviation = peak * amplitude(noise);
        double background = random.nextGaussian();
        for (int i = 0; i < heard.length; i++) {
            background = pole * background + Math.sqrt(1 - pole * pole) * random.nextGaussian();
            heard[i] += (float) (deviation * background);
        }
        float gain = peak / Math.max(peak(heard), Float.MIN_NORMAL);
        for (int i = 0; i < heard.length; i++) {
            heard[i] *= gain;
        }
        return new Sound(heard, sound.rate());
    }

    private static double amplitude(double decibels) {
        return Math.pow(10, decibels / 20);
    }

    private static float peak(float[] samples) {
        float peak = 0;
        for (float x : samples) {
            peak = Math.max(peak, Math.abs(x));
        }
        return peak;
    }
}
