package dev.sirocco.tensor.fast;

import dev.sirocco.tensor.ir.Composite;
import dev.sirocco.tensor.ir.DType;
import dev.sirocco.tensor.ir.Graph;
import dev.sirocco.tensor.ir.Shape;
import dev.sirocco.tensor.ir.ShapeError;
import dev.sirocco.tensor.ir.Storage;
import dev.sirocco.tensor.ir.Tensor;
import dev.sirocco.tensor.ir.TensorType;
import java.util.List;

/**
 * The product with a matrix whose rows are stored in blocks of few bits, as in GGUF files: x (…, K),
 * rows I8 (N, bytes of K elements) → x·Wᵀ (…, N). The rows are never unpacked as a whole where an executor has a kernel
 * for it.
 */
public record QuantisedMatMul(Format format) implements Composite {

    /** What a block of 32 elements is: a scale d of 16-bit floating point, then the numbers q. */
    public enum Format {
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
    /** The numbers that 16-bit floating point stands for, by their bits. */
    private static final Storage HALVES = halves();

    private static Storage halves() {
        Storage halves = new Storage(DType.F32, Shape.of(1 << 16));
        for (int bits = 0; bits < 1 << 16; bits++) {
            halves.set(bits, Float.float16ToFloat((short) bits));
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
        return List.of(x.matmul(unpacked(in.get(1), x.dim(-1)).transpose()));
    }

    /** Rows I8 (N, bytes) → their numbers F32 (N, elements). */
    private Tensor unpacked(Tensor rows, int elements) {
        int n = rows.dim(0);
        Graph g = rows.graph();
        Tensor signed = rows.cast(DType.F32).reshape(n, elements / Format.ELEMENTS, format.bytes);
        Tensor bytes = signed.add(signed.less(0).mul(256));                  // (N, blocks, bytes), from 0 to 255
        Tensor bits = bytes.slice(-1, 0, 1).add(bytes.slice(-1, 1, 2).mul(256)).cast(DType.I32);
        Tensor scale = g.constant(HALVES).gather(0, bits.reshape(n, elements / Format.ELEMENTS, 1));
        Tensor q = switch (format) {
            case Q8_0 -> signed.slice(-1, SCALE_BYTES, format.bytes);
            case Q4_0 -> {
                Tensor both = bytes.slice(-1, SCALE_BYTES, format.bytes);
                Tensor upper = both.div(16).floor();
                yield Tensor.concat(-1, List.of(both.sub(upper.mul(16)), upper)).sub(8);
            }
        };
        return q.mul(scale).reshape(n, elements);                            // (N, blocks, 32) → (N, elements)
    }

    @Override
    public List<TensorType> infer(List<TensorType> in) {
        if (in.size() != 2 || in.get(0).dtype() != DType.F32 || in.get(1).dtype() != DType.I8) {
            throw new ShapeError("quantised product: needs x in f32 and rows in i8, not " + in);
        }
        Shape x = in.get(0).shape();
        Shape rows = in.get(1).shape();
        if (x.rank() < 1 || rows.rank() != 2 || x.dim(-1) % Format.ELEMENTS != 0
                || rows.dim(1) != format.rowBytes(x.dim(-1))) {
            throw new ShapeError("quantised product: rows %s are not of as many elements in %s as those of x %s"
                    .formatted(rows, format, x));
        }
        return List.of(in.get(0).with(x.slice(0, x.rank() - 1).concat(Shape.of(rows.dim(0)))));
    }
}
