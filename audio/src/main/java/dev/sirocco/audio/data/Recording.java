package dev.sirocco.audio.data;

import dev.sirocco.audio.Sound;
import java.nio.file.Path;

/**
 * A recording of speech.
 *
 * @param name its place in the data
 * @param text what is said, as written; empty if it is not known
 */
public record Recording(String name, Path file, String text) {

    /**
     * Reads it.
     *
     * @param rate in Hz: a file of another one is resampled
     */
    public Sound sound(int rate) {
        return Sound.read(file).resampled(rate);
    }
}
