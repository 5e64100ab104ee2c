package dev.sirocco.models.zoo;

/**
 * Which frames of a recording belong to which symbol of its text, where symbols follow one another, none is left out,
 * and each has at least one frame: of all such paths the one that fits best (Kim et al. 2020, Glow-TTS, algorithm 1).
 */
public final class MonotonicAlignment {

    private MonotonicAlignment() {}

    /**
     * @param fit of symbol t and frame f at {@code offset + t * stride + f}: the larger the better
     * @param symbols how many there are, at most as many as frames
     * @return for each symbol how many frames it has
     */
    public static int[] search(float[] fit, int offset, int stride, int symbols, int frames) {
        if (symbols < 1 || symbols > frames) {
            throw new IllegalArgumentException("%d symbols along %d frames".formatted(symbols, frames));
        }
        // best[t]: the largest sum over paths from the first symbol and frame to symbol t at the present frame
        double[] best = new double[symbols];
        boolean[][] isNew = new boolean[frames][symbols];                // whether the best path came from symbol t - 1
        for (int f = 0; f < frames; f++) {
            int first = Math.max(0, symbols - (frames - f));                 // those before could not reach the end
            for (int t = Math.min(f, symbols - 1); t >= first; t--) {
                boolean canStay = t < f;
                boolean canStep = t > 0;
                isNew[f][t] = canStep && (!canStay || best[t - 1] > best[t]);
                double before = isNew[f][t] ? best[t - 1] : canStay ? best[t] : 0;
                best[t] = before + fit[offset + t * stride + f];
            }
        }
        int[] durations = new int[symbols];
        int t = symbols - 1;
        for (int f = frames - 1; f >= 0; f--) {
            durations[t]++;
            t -= isNew[f][t] ? 1 : 0;
        }
        return durations;
    }
}
