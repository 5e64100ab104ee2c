package dev.sirocco.audio;

import dev.sirocco.tensor.ir.UserError;
import javax.sound.sampled.AudioFormat;
import javax.sound.sampled.AudioSystem;
import javax.sound.sampled.LineUnavailableException;
import javax.sound.sampled.SourceDataLine;

/** Plays a sound piece by piece on the system's default device. */
public final class SoundPlayer implements AutoCloseable {

    private static final int BLOCK = 4096;

    private final SourceDataLine line;

    /**
     * @param rate in Hz
     * @throws UserError if there is no such device, or it is taken
     */
    public SoundPlayer(int rate) {
        AudioFormat format = new AudioFormat(rate, Short.SIZE, 1, true, false);
        try {
            line = AudioSystem.getSourceDataLine(format);
            line.open(format);
            line.start();
        } catch (LineUnavailableException | IllegalArgumentException | LinkageError e) {
            // Without any device, AudioSystem throws an IllegalArgumentException.
            throw new UserError("no sound device plays mono at " + rate + " Hz here (" + Ffmpeg.firstLine(e)
                    + "): connect one, or write a file", e);
        }
    }

    /** Plays the next samples; waits until they are on their way. */
    public void play(float[] samples) {
        byte[] block = new byte[2 * BLOCK];
        for (int from = 0; from < samples.length; from += BLOCK) {
            int length = Math.min(BLOCK, samples.length - from);
            for (int i = 0; i < length; i++) {
                int value = Math.round(Math.clamp(samples[from + i], -1f, 1f) * Short.MAX_VALUE);
                block[2 * i] = (byte) value;
                block[2 * i + 1] = (byte) (value >> 8);
            }
            line.write(block, 0, 2 * length);
        }
    }

    /** Waits until all is heard. */
    public void finish() {
        line.drain();
    }

    @Override
    public void close() {
        line.close();
    }
}
