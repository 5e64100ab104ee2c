package dev.sirocco.tensor.fast;

import dev.sirocco.tensor.fast.QuantisedMatMul.Format;
import dev.sirocco.tensor.ir.DType;
import dev.sirocco.tensor.ir.Shape;
import dev.sirocco.tensor.ir.Storage;
import dev.sirocco.tensor.ir.TensorType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Rounds the rows of a matrix to blocks of few bits, as the reference of ggml-quants.c does. */
public final class BlockPacking {

    private static final ValueLayout.OfShort HALF = ValueLayout.JAVA_SHORT_UNALIGNED;

    private BlockPacking() {}

    /** @param matrix (n, elements), the elements of a row being a multiple of {@value Format#ELEMENTS} */
    public static Storage pack(Storage matrix, Format format) {
        TensorType rows = format.rows(matrix.shape().dim(0), matrix.shape().dim(1));
        if (rows.dtype() != DType.I8) {
            return matrix.to(rows.dtype());
        }
        Storage packed = new Storage(rows.dtype(), rows.shape());
        Storage values = new Storage(DType.F32, Shape.of(Format.ELEMENTS));
        for (long block = 0; block < matrix.numel() / Format.ELEMENTS; block++) {
            values.set(Storage.over(matrix.dtype(), values.shape(), matrix.segment().asSlice(
                    block * Format.ELEMENTS * matrix.dtype().bytes())));
            MemorySegment to = packed.segment().asSlice(block * format.bytes(), format.bytes());
            if (format == Format.Q8_0) {
                packQ8(values.floats(), to);
            } else {
                packQ4(values.floats(), to);
            }
        }
        return packed;
    }

    /** The largest becomes ±127. */
    private static void packQ8(float[] values, MemorySegment to) {
        float scale = Math.abs(furthest(values)) / 127;
        to.set(HALF, 0, Float.floatToFloat16(scale));
        for (int i = 0; i < values.length; i++) {
            to.set(ValueLayout.JAVA_BYTE, 2 + i, (byte) (scale == 0 ? 0 : Math.round(values[i] / scale)));
        }
    }

    /** The one of the largest magnitude becomes -8. */
    private static void packQ4(float[] values, MemorySegment to) {
        float scale = furthest(values) / -8;
        to.set(HALF, 0, Float.floatToFloat16(scale));
        int half = values.length / 2;
        for (int i = 0; i < half; i++) {
            int both = fourBits(values[i], scale) | fourBits(values[half + i], scale) << 4;
            to.set(ValueLayout.JAVA_BYTE, 2 + i, (byte) both);
        }
    }

    private static int fourBits(float value, float scale) {
        return scale == 0 ? 8 : Math.min(15, Math.round(value / scale) + 8);
    }

    private static float furthest(float[] values) {
        float furthest = 0;
        for (float value : values) {
            furthest = Math.abs(value) > Math.abs(furthest) ? value : furthest;
        }
        return furthest;
    }
}
