package dev.sirocco.audio.tarsos;

import be.tarsos.dsp.AudioEvent;
import be.tarsos.dsp.WaveformSimilarityBasedOverlapAdd;
import be.tarsos.dsp.WaveformSimilarityBasedOverlapAdd.Parameters;
import be.tarsos.dsp.io.TarsosDSPAudioFormat;
import dev.sirocco.audio.Sound;
import java.io.OutputStream;
import java.io.PrintStream;
import java.util.Arrays;

/** Makes speech faster or slower and keeps its pitch, by WSOLA (Verhelst and Roelands 1993). */
public final class TimeStretch {

    public static final double SLOWEST = 0.25;
    public static final double FASTEST = 4;
    /** Overlaps have fewer than 12 samples below it, too few to compare. */
    private static final int LEAST_RATE = 1000;

    private TimeStretch() {}

    /**
     * The same speech at another speed.
     *
     * @param sound of at least 1 kHz
     * @param speed 2 is twice as fast; {@link #SLOWEST} … {@link #FASTEST}
     * @return of length / speed samples within 0.2 % at 16 kHz: WSOLA steps by whole samples
     */
    public static Sound stretched(Sound sound, double speed) {
        if (!(speed >= SLOWEST && speed <= FASTEST) || sound.rate() < LEAST_RATE) {
            throw new IllegalArgumentException("speed " + speed + " at " + sound.rate() + " Hz");
        }
        if (speed == 1) {
            return sound;
        }
        Parameters parameters = Parameters.speechDefaults(speed, sound.rate());
        WaveformSimilarityBasedOverlapAdd wsola = quietly(parameters);
        int block = wsola.getInputBufferSize();
        int step = block - wsola.getOverlap();
        int overlap = (int) (sound.rate() * parameters.getOverlapMs() / 1000);
        int seek = (int) (sound.rate() * parameters.getSeekWindowMs() / 1000);
        int nOut = (int) (sound.rate() * parameters.getSequenceMs() / 1000) - overlap;

        // The first block is faded in, and begins in the middle of where it may: silence before it makes up for both.
        int lead = overlap + seek / 2;
        int length = Math.max(1, Math.toIntExact(Math.round(sound.samples().length * (double) nOut / step)));
        int nBlocks = Math.ceilDiv(overlap + length, nOut);
        float[] stretched = new float[nBlocks * nOut];
        AudioEvent event = new AudioEvent(new TarsosDSPAudioFormat(sound.rate(), Short.SIZE, 1, true, false));
        for (int b = 0; b < nBlocks; b++) {
            float[] input = new float[block];
            long from = (long) b * step - lead;
            for (int i = (int) Math.max(0, -from); i < block && from + i < sound.samples().length; i++) {
                input[i] = sound.samples()[(int) (from + i)];
            }
            event.setFloatBuffer(input);
            wsola.process(event);
            System.arraycopy(event.getFloatBuffer(), 0, stretched, b * nOut, nOut);
        }
        return new Sound(Arrays.copyOfRange(stretched, overlap, overlap + length), sound.rate());
    }

    /** TarsosDSP's constructor prints to the standard output, which belongs to the app. */
    private static synchronized WaveformSimilarityBasedOverlapAdd quietly(Parameters parameters) {
        PrintStream out = System.out;
        System.setOut(new PrintStream(OutputStream.nullOutputStream()));
        try {
            return new WaveformSimilarityBasedOverlapAdd(parameters);
        } finally {
            System.setOut(out);
        }
    }
}
