package dev.sirocco.models.nn;

import dev.sirocco.tensor.ir.Graph;
import dev.sirocco.tensor.ir.Shape;
import dev.sirocco.tensor.ir.Storage;
import dev.sirocco.tensor.ir.Tensor;
import java.util.HashMap;
import java.util.Map;

/**
 * Rotary position embedding: pairs of a head's elements are turned by angles that grow with the position (Su et al.
 * 2021, equation 34). It has nothing to train, and one serves all layers.
 */
public final class Rotary {

    private final int headSize;
    private final double base;
    private final boolean isInterleaved;
    private final Map<Integer, Storage[]> tables = new HashMap<>();

    /**
     * @param headSize even
     * @param base of the angles' geometric row, 10,000 in the paper
     * @param isInterleaved whether pairs are neighbours, or elements half a head apart
     */
    public Rotary(int headSize, double base, boolean isInterleaved) {
        this.headSize = headSize;
        this.base = base;
        this.isInterleaved = isInterleaved;
    }

    /**
     * Turns x (B, T, H, D).
     *
     * @param position of the first of the T, I32 [1]; null for 0
     * @param reach positions are less than this
     */
    public Tensor apply(Tensor x, Tensor position, int reach) {
        Graph g = x.graph();
        Storage[] table = tables.computeIfAbsent(position == null ? x.dim(1) : reach, this::table);
        Tensor cos = g.constant(table[0]);                                   // (reach, D/2)
        Tensor sin = g.constant(table[1]);
        if (position != null) {
            Tensor rows = g.range(x.dim(1)).add(position);
            cos = cos.gather(0, rows);                                       // (T, D/2)
            sin = sin.gather(0, rows);
        }
        return g.add(new dev.sirocco.tensor.fast.Rotary(isInterleaved), x, cos, sin);
    }

    private Storage[] table(int length) {
        int half = headSize / 2;
        float[] cos = new float[length * half];
        float[] sin = new float[length * half];
        for (int t = 0; t < length; t++) {
            for (int i = 0; i < half; i++) {
                double angle = t * Math.pow(base, -(double) i / half);
                cos[t * half + i] = (float) Math.cos(angle);
                sin[t * half + i] = (float) Math.sin(angle);
            }
        }
        Shape shape = Shape.of(length, half);
        return new Storage[] {Storage.of(shape, cos), Storage.of(shape, sin)};
    }
}
