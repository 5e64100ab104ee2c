package dev.sirocco.tensor.fast;

import dev.sirocco.tensor.ir.Composite;
import dev.sirocco.tensor.ir.DType;
import dev.sirocco.tensor.ir.Shape;
import dev.sirocco.tensor.ir.ShapeError;
import dev.sirocco.tensor.ir.Storage;
import dev.sirocco.tensor.ir.Tensor;
import dev.sirocco.tensor.ir.TensorType;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * The product with a matrix whose rows are stored in blocks of few bits, as in GGUF files: x (…, K) and the
 * {@linkplain Format#rows rows} of W (N, K) → x·Wᵀ (…, N). The rows are never unpacked as a whole where an executor has
 * a kernel for it.
 */
public record QuantisedMatMul(Format format) implements Composite {

    /** What a block of 32 elements is; the quantised ones are a scale d of 16-bit floating point, then numbers q. */
    public enum Format {
        /** 32 numbers of 16-bit floating point, without a scale; finite ones. */
        F16(64),
        /** 32 bytes: d q. */
        Q8_0(34),
        /** 16 bytes, in whose lower halves are q0 … q15, in the upper q16 … q31: d (q - 8). */
        Q4_0(18);

        /** Elements of a block. */
        public static final int ELEMENTS = 32;
        private final int bytes;

        Format(int bytes) {
            this.bytes = bytes;
        }

        /** The format of rows of so many elements, if they are stored in one. */
        public static Optional<Format> of(TensorType rows, int elements) {
            return elements % ELEMENTS != 0 || rows.shape().rank() != 2 ? Optional.empty()
                    : Arrays.stream(values()).filter(f -> f.rows(rows.shape().dim(0), elements).equals(rows)).findAny();
        }

        /** How the rows of a matrix are stored: F16 (n, elements), or I8 (n, bytes of a row). */
        public TensorType rows(int n, int elements) {
            return this == F16 ? new TensorType(Shape.of(n, elements), DType.F16)
                    : new TensorType(Shape.of(n, rowBytes(elements)), DType.I8);
        }

        /** Rows (…, as they are stored) → their numbers F32 (…, elements). */
        public Tensor unpack(Tensor rows) {
            return this == F16 ? rows.cast(DType.F32) : unpackBlocks(rows);
        }

        private Tensor unpackBlocks(Tensor rows) {
            Shape outer = rows.shape().slice(0, rows.rank() - 1);
            int blocks = rows.dim(-1) / bytes;
            Tensor signed = rows.cast(DType.F32).reshape(outer.concat(Shape.of(blocks, bytes)));
            Tensor unsigned = signed.add(signed.less(0).mul(256));           // (…, blocks, bytes), from 0 to 255
            Tensor bits = unsigned.slice(-1, 0, 1).add(unsigned.slice(-1, 1, 2).mul(256)).cast(DType.I32);
            Tensor scale = rows.graph().constant(Halves.NUMBERS).gather(0, bits);    // (…, blocks, 1)
            Tensor q = this == Q8_0 ? signed.slice(-1, SCALE_BYTES, bytes)
                    : halvesOfBytes(unsigned.slice(-1, SCALE_BYTES, bytes)).sub(8);
            return q.mul(scale).reshape(outer.concat(Shape.of(blocks * ELEMENTS)));
        }

        private static Tensor halvesOfBytes(Tensor bytes) {                  // (…, 16)
            Tensor upper = bytes.div(16).floor();
            return Tensor.concat(-1, List.of(bytes.sub(upper.mul(16)), upper));          // (…, 32)
        }

        /** Of a block. */
        public int bytes() {
            return bytes;
        }

        /** The bytes of a row of so many elements, a multiple of {@value #ELEMENTS}. */
        public int rowBytes(int elements) {
            return elements / ELEMENTS * bytes;
        }
    }

    private static final int SCALE_BYTES = 2;

    /** What {@link #halves} gives, as a constant of graphs; made when one first needs it. */
    private static final class Halves {
        static final Storage NUMBERS = Storage.of(Shape.of(1 << 16), halves());
    }

    /** The numbers that 16-bit floating point stands for, by their bits. */
    public static float[] halves() {
        float[] halves = new float[1 << 16];
        for (int bits = 0; bits < halves.length; bits++) {
            halves[bits] = Float.float16ToFloat((short) bits);
        }
        return halves;
    }

    @Override
    public boolean keepsGradient() {
        return false;
    }

    @Override
    public List<Tensor> compose(List<Tensor> in) {
        Tensor x = in.get(0);
        return List.of(x.matmul(format.unpack(in.get(1)).transpose()));
    }

    @Override
    public List<TensorType> infer(List<TensorType> in) {
        if (in.size() != 2 || in.get(0).dtype() != DType.F32 || in.get(0).shape().rank() < 1) {
            throw new ShapeError("quantised product: needs x in f32 and rows, not " + in);
        }
        Shape x = in.get(0).shape();
        TensorType rows = in.get(1);
        if (!Format.of(rows, x.dim(-1)).equals(Optional.of(format))) {
            throw new ShapeError("quantised product: rows %s are not of as many elements in %s as those of x %s"
                    .formatted(rows, format, x));
        }
        return List.of(in.get(0).with(x.slice(0, x.rank() - 1).concat(Shape.of(rows.shape().dim(0)))));
    }
}
