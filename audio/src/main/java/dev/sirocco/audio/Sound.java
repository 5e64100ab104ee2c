package dev.sirocco.audio;

import dev.sirocco.tensor.ir.UserError;
import java.nio.file.Path;

/**
 * Sound of one channel. It does not change: what looks like a change gives a new one.
 *
 * @param samples full scale is -1 … 1; at least one; not copied, and not to be written to
 * @param rate    samples a second, in Hz
 */
public record Sound(float[] samples, int rate) {

    /** The most that is read, about 1.2 hours at 48 kHz: a file of a few bytes can claim to be any length. */
    public static final long MOST_SAMPLES = 200_000_000;
    /** The highest rate, in Hz. */
    public static final int MOST_RATE = 768_000;

    public Sound {
        if (samples.length == 0 || rate < 1 || rate > MOST_RATE) {
            throw new IllegalArgumentException("a sound of " + samples.length + " samples at " + rate + " Hz");
        }
    }

    /** How long it is. */
    public double seconds() {
        return samples.length / (double) rate;
    }

    // ---- files ------------------------------------------------------------------------------------------------------

    /**
     * Reads WAV, FLAC, MP3, Ogg and whatever else FFmpeg knows by its content, and raw G.722 (16 kHz) by its suffix
     * .g722. Channels are averaged. The rate is the file's own.
     *
     * @throws UserError if the file is missing, is empty, holds no sound, is cut short, is damaged or is too long. Raw
     *                   G.722 says nothing of its length, and any bytes are some sound
     */
    public static Sound read(Path file) {
        return Ffmpeg.decode(file);
    }

    /**
     * Writes a WAV or FLAC (16 bits), an MP3 (128 kbit/s), an Ogg (Opus, 96 kbit/s) or raw G.722 by the name's suffix.
     * What is beyond -1 … 1 is clipped. The file appears whole or not at all. Opus is always of 48 kHz, G.722 of 16
     * kHz, and MP3 of one of nine rates up to 48 kHz: other sound is resampled. G.722 comes back 22 samples later, and
     * MP3 and G.722 may come back some dozens of samples longer.
     *
     * @throws UserError if the suffix is another one, or the file cannot be written
     */
    public void write(Path file) {
        Sound written = resampled(SoundFormat.of(file).rateFor(rate));
        try (SoundWriter writer = new SoundWriter(file, written.rate)) {
            writer.write(written.samples);
            writer.finish();
        }
    }

    // ---- rate -------------------------------------------------------------------------------------------------------

    /**
     * The same sound at another rate, by a windowed sinc (libswresample): frequencies up to 0.92 of the lower
     * Nyquist frequency stay, nothing above the whole of it does (-80 dB), and nothing is delayed.
     *
     * @param newRate in Hz
     * @return of ceil(length · newRate / rate) samples
     */
    public Sound resampled(int newRate) {
        return newRate == rate ? this : Ffmpeg.resampled(this, newRate);
    }

    // ---- loudspeaker ------------------------------------------------------------------------------------------------

    /**
     * Plays the sound on the system's default device and waits for its end.
     *
     * @throws UserError if there is no such device, or it is taken
     */
    public void play() {
        try (SoundPlayer player = new SoundPlayer(rate)) {
            player.play(samples);
            player.finish();
        }
    }
}
