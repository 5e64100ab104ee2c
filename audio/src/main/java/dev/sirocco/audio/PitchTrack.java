package dev.sirocco.audio;

/**
 * The pitch of a sound over time, one number a frame.
 *
 * @param f0          the fundamental frequency in Hz; 0 where the sound is unvoiced
 * @param periodicity from 0 (noise, silence) to 1 (periodic)
 * @param hop         seconds from a frame's middle to the next one's; the first one's is at 0
 */
public record PitchTrack(float[] f0, float[] periodicity, double hop) {

    public PitchTrack {
        if (f0.length != periodicity.length || !(hop > 0)) {
            throw new IllegalArgumentException(f0.length + " and " + periodicity.length + " frames, hop " + hop);
        }
    }
}
