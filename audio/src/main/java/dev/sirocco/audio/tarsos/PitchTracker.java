package dev.sirocco.audio.tarsos;

import be.tarsos.dsp.pitch.PitchDetectionResult;
import be.tarsos.dsp.pitch.Yin;
import dev.sirocco.audio.PitchTrack;
import dev.sirocco.audio.Sound;
import java.util.function.ToDoubleFunction;

/**
 * Follows the pitch of a voice by YIN (de Cheveigné and Kawahara 2002), and its periodicity by the normalised
 * cross-correlation (Talkin 1995), which is near the share of the power that is periodic.
 *
 * @param lowest    in Hz; a frame is two of its periods long, so a higher one makes pitch sharper in time
 * @param highest   in Hz
 * @param hop       seconds between frames
 * @param threshold how much of a frame's power may be aperiodic for it to be voiced, 0 … 1
 */
public record PitchTracker(double lowest, double highest, double hop, double threshold) {

    /** For speech of men, women and children, a hundred frames a second. */
    public static final PitchTracker SPEECH = new PitchTracker(60, 500, 0.01, 0.2);

    public PitchTracker {
        if (!(lowest > 0 && highest > lowest && hop > 0 && threshold > 0 && threshold < 1)) {
            throw new IllegalArgumentException(lowest + " … " + highest + " Hz, hop " + hop + ", threshold "
                    + threshold);
        }
    }

    public PitchTracker withHop(double seconds) {
        return new PitchTracker(lowest, highest, seconds, threshold);
    }

    public PitchTracker withThreshold(double aperiodic) {
        return new PitchTracker(lowest, highest, hop, aperiodic);
    }

    /** Frames lie around the moments 0, hop, 2 hop … up to the sound's end; outside of the sound is silence. */
    public PitchTrack track(Sound sound) {
        int leastLag = (int) (sound.rate() / highest);
        int mostLag = period(sound);
        return new PitchTrack(f0(sound), ofFrames(sound, frame -> periodicity(frame, leastLag, mostLag)), hop);
    }

    /** The pitch of these frames alone, in Hz; 0 where they are unvoiced. */
    public float[] f0(Sound sound) {
        // Not FastYin, which takes some frames of pure tones for unvoiced.
        Yin yin = new Yin(sound.rate(), 2 * period(sound), threshold);
        return ofFrames(sound, frame -> {
            PitchDetectionResult result = yin.getPitch(frame);
            boolean isVoiced = result.isPitched() && result.getPitch() >= lowest && result.getPitch() <= highest;
            return isVoiced ? result.getPitch() : 0;
        });
    }

    /** Samples of the longest period, and a little more. */
    private int period(Sound sound) {
        return (int) Math.ceil(sound.rate() / lowest) + 2;
    }

    private float[] ofFrames(Sound sound, ToDoubleFunction<float[]> what) {
        float[] numbers = new float[1 + (int) (sound.seconds() / hop)];
        float[] frame = new float[2 * period(sound)];
        for (int t = 0; t < numbers.length; t++) {
            cut(sound.samples(), (int) Math.round(t * hop * sound.rate()) - frame.length / 2, frame);
            numbers[t] = (float) what.applyAsDouble(frame);
        }
        return numbers;
    }

    /**
     * The highest correlation of a frame's first half with as much of it a lag later. (YIN's own measure is that of the
     * first lag that is good enough, and of an arbitrary one where none is.)
     */
    private static double periodicity(float[] frame, int leastLag, int mostLag) {
        double mean = 0;
        for (float x : frame) {
            mean += x / frame.length;
        }
        int half = frame.length / 2;
        double early = 0;
        for (int i = 0; i < half; i++) {
            early += (frame[i] - mean) * (frame[i] - mean);
        }
        double best = 0;
        for (int lag = leastLag; lag <= mostLag; lag++) {
            double product = 0;
            double late = 0;
            for (int i = 0; i < half; i++) {
                double y = frame[i + lag] - mean;
                product += (frame[i] - mean) * y;
                late += y * y;
            }
            if (product > 0) {
                best = Math.max(best, product / Math.sqrt(early * late));
            }
        }
        return best;
    }

    private static void cut(float[] samples, int from, float[] frame) {
        for (int i = 0; i < frame.length; i++) {
            int at = from + i;
            frame[i] = at >= 0 && at < samples.length ? samples[at] : 0;
        }
    }
}
