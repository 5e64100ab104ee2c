package dev.sirocco.audio.tarsos;

import be.tarsos.dsp.AudioEvent;
import be.tarsos.dsp.io.TarsosDSPAudioFormat;
import be.tarsos.dsp.onsets.ComplexOnsetDetector;
import dev.sirocco.audio.Sound;
import java.util.Arrays;
import java.util.stream.DoubleStream;

/**
 * Finds where sounds begin, by the spectrum's distance from what the two frames before predict (Duxbury, Bello, Davies
 * and Sandler 2003).
 *
 * @param threshold  0.1 … 0.8; a higher one finds fewer
 * @param silence    in dB as TarsosDSP counts it; what is below begins nothing
 * @param leastApart in seconds; an onset that follows another one sooner does not count
 */
public record Onsets(double threshold, double silence, double leastApart) {

    public static final Onsets DEFAULT = new Onsets(0.3, -70, 0.03);

    /**
     * TarsosDSP takes off 4.3 hops for the delay of its peak picker; with frames that overlap by half it is about 1.45
     * hops from where a sound begins.
     */
    private static final double HOPS_TOO_EARLY = 2.85;
    private static final double FRAME_SECONDS = 0.032;

    /** The moments, in seconds, ascending; right within about 30 ms. */
    public double[] in(Sound sound) {
        int frame = 2 * Integer.highestOneBit(Math.max(8, (int) (FRAME_SECONDS * sound.rate()) - 1));
        int hop = frame / 2;
        ComplexOnsetDetector detector = new ComplexOnsetDetector(frame, threshold, leastApart, silence);
        DoubleStream.Builder moments = DoubleStream.builder();
        detector.setHandler((moment, _) -> moments.add(Math.max(0, moment + HOPS_TOO_EARLY * hop / sound.rate())));
        TarsosDSPAudioFormat format = new TarsosDSPAudioFormat(sound.rate(), Short.SIZE, 1, true, false);
        AudioEvent event = new AudioEvent(format);
        event.setOverlap(frame - hop);
        // The peak picker looks some frames ahead, hence silence after the end.
        for (int from = 0; from < sound.samples().length + 4 * frame; from += hop) {
            int start = Math.min(from, sound.samples().length);
            event.setFloatBuffer(Arrays.copyOf(
                    Arrays.copyOfRange(sound.samples(), start, Math.min(from + frame, sound.samples().length)), frame));
            event.setBytesProcessed((long) from * format.getFrameSize());
            detector.process(event);
        }
        return moments.build().toArray();
    }
}
