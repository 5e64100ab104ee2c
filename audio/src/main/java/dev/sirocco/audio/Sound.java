package dev.sirocco.audio;

import dev.sirocco.tensor.io.AtomicFile;
import dev.sirocco.tensor.ir.UserError;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.sound.sampled.AudioFormat;
import javax.sound.sampled.AudioSystem;
import javax.sound.sampled.LineUnavailableException;
import javax.sound.sampled.SourceDataLine;

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

    private static final int PLAYED_BLOCK = 4096;

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
     * What is beyond -1 … 1 is clipped. The file appears whole or not at all. Opus is always of 48 kHz, G.722 of 16 kHz,
     * and MP3 of one of nine rates up to 48 kHz: other sound is resampled. G.722 comes back 22 samples later, and MP3 and
     * G.722 may come back some dozens of samples longer.
     *
     * @throws UserError if the suffix is another one, or the file cannot be written
     */
    public void write(Path file) {
        SoundFormat format = SoundFormat.of(file);
        Path encoded = null;
        try {
            // FFmpeg completes headers at the end, so it needs a file that it can go back in.
            encoded = Files.createTempFile("sirocco-", "." + format.container);
            Ffmpeg.encode(resampled(format.rateFor(rate)), format, encoded);
            copy(encoded, file);
        } catch (IOException e) {
            throw new UserError(file + " cannot be encoded (" + Ffmpeg.firstLine(e)
                    + "): check the disk of temporary files, or try .wav", e);
        } finally {
            delete(encoded);
        }
    }

    private static void copy(Path encoded, Path file) throws IOException {
        try (FileChannel content = FileChannel.open(encoded)) {
            AtomicFile.write(file, channel -> {
                for (long done = 0; done < content.size();) {
                    done += content.transferTo(done, content.size() - done, channel);
                }
            });
        }
    }

    private static void delete(Path temporary) {
        try {
            if (temporary != null) {
                Files.deleteIfExists(temporary);
            }
        } catch (IOException _) {
            // The system clears its folder of temporary files.
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
        AudioFormat format = new AudioFormat(rate, Short.SIZE, 1, true, false);
        try (SourceDataLine line = AudioSystem.getSourceDataLine(format)) {
            line.open(format);
            line.start();
            byte[] block = new byte[2 * PLAYED_BLOCK];
            for (int from = 0; from < samples.length; from += PLAYED_BLOCK) {
                int length = Math.min(PLAYED_BLOCK, samples.length - from);
                for (int i = 0; i < length; i++) {
                    int value = Math.round(Math.clamp(samples[from + i], -1f, 1f) * Short.MAX_VALUE);
                    block[2 * i] = (byte) value;
                    block[2 * i + 1] = (byte) (value >> 8);
                }
                line.write(block, 0, 2 * length);
            }
            line.drain();
        } catch (LineUnavailableException | IllegalArgumentException | LinkageError e) {
            // Without any device, AudioSystem throws an IllegalArgumentException.
            throw new UserError("no sound device plays mono at " + rate + " Hz here (" + Ffmpeg.firstLine(e)
                    + "): connect one, or write a file", e);
        }
    }
}
