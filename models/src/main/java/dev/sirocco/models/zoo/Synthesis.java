package dev.sirocco.models.zoo;

/** A vocoder at work: it makes the sounds of mel spectrograms of any length. */
public interface Synthesis extends AutoCloseable {

    /**
     * The sound.
     *
     * @param mel logarithms (frames, mels), at least one frame
     */
    float[] sound(float[][] mel);

    @Override
    void close();

    /** Rows one after the other. */
    static float[] rows(float[][] mel) {
        int width = mel[0].length;
        float[] all = new float[mel.length * width];
        for (int t = 0; t < mel.length; t++) {
            System.arraycopy(mel[t], 0, all, t * width, width);
        }
        return all;
    }
}
