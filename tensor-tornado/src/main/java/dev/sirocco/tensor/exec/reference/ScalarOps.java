package dev.sirocco.tensor.exec.reference;

import dev.sirocco.tensor.exec.Philox;
import dev.sirocco.tensor.ir.DType;
import dev.sirocco.tensor.ir.Node;
import dev.sirocco.tensor.ir.Op;
import dev.sirocco.tensor.ir.Op.BinaryKind;
import dev.sirocco.tensor.ir.Op.ReduceKind;
import dev.sirocco.tensor.ir.Op.UnaryKind;
import dev.sirocco.tensor.ir.Shape;
import dev.sirocco.tensor.ir.Storage;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.function.DoubleBinaryOperator;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.IntStream;

/**
 * What each primitive computes, on doubles in row-major order. I32 tensors hold whole numbers and wrap around as ints
 * do; bf16, f16 and i8 tensors hold what their type can hold.
 */
final class ScalarOps {

    private static final double TWO_OVER_SQRT_PI = 2 / Math.sqrt(Math.PI);

    private ScalarOps() {}

    /** The only output of a primitive that has operands, or is filled by rule. */
    static double[] compute(Node node, List<double[]> in) {
        Shape shape = node.output().shape();
        int numel = Math.toIntExact(shape.numel());
        double[] x = in.isEmpty() ? null : in.getFirst();
        double[] y = switch (node.op()) {
            case Op.Fill f -> filled(numel, f.value());
            case Op.Iota iota -> iota(iota);
            case Op.Random random -> random(random, (int) x[0], (int) x[1]);

            case Op.Unary u -> map(x, unary(u.kind()));
            case Op.Binary b when node.input(0).dtype() == DType.I32 -> zip(x, in.get(1), ofIntegers(b.kind()));
            case Op.Binary b -> zip(x, in.get(1), ofReals(b.kind()));
            case Op.Where _ -> where(x, in.get(1), in.get(2));
            case Op.Cast c -> map(x, to(c.dtype()));

            case Op.Reshape _ -> x;
            case Op.Permute p -> permute(x, p, node.input(0).shape(), shape);
            case Op.Broadcast b -> read(x, positions(b.shape(), 0, repeating(node.input(0).shape(), b.shape())));
            case Op.Slice s -> slice(x, s, node.input(0).shape(), shape);
            case Op.Flip f -> flip(x, f, shape);
            case Op.Unfold u -> read(x, windows(shape, u.axis(), u.step(), u.dilation(), node.input(0).shape()));
            case Op.Fold f -> add(filled(numel, 0), x,
                    windows(node.input(0).shape(), f.axis(), f.step(), f.dilation(), shape));
            case Op.Pad p -> pad(x, p, node.input(0).shape(), shape);
            case Op.Concat c -> concat(in, c.axis(), node, shape);
            case Op.UpdateSlice u -> updateSlice(x, in.get(1), (int) in.get(2)[0], u.axis(), node);
            case Op.Gather g -> read(x, rows(node, g.axis(), in.get(1), node.input(0).dim(g.axis()), shape));
            case Op.ScatterAdd s -> add(filled(numel, 0), x,
                    rows(node, s.axis(), in.get(1), s.size(), node.input(0).shape()));

            case Op.Reduce r -> reduce(x, r, node.input(0).dtype(), node.input(0).shape(), shape);
            case Op.CumulativeSum c -> cumulativeSum(x, c.axis(), shape);
            case Op.TopK t -> topK(x, t.k(), node.input(0).dim(-1));
            case Op.MatMul _ -> matMul(x, in.get(1), node.input(0).shape(), shape);
            default -> throw new IllegalStateException(node + " is not a primitive");
        };
        return node.output().dtype() == DType.I32 ? map(y, v -> (int) (long) v) : y;
    }

    // ---- element-wise -----------------------------------------------------------------------------------------

    private static DoubleUnaryOperator unary(UnaryKind kind) {
        return switch (kind) {
            case NEG -> x -> -x;
            case ABS -> Math::abs;
            case SIGN -> Math::signum;
            case FLOOR -> Math::floor;
            case EXP -> Math::exp;
            case LOG -> Math::log;
            case SQRT -> Math::sqrt;
            case RSQRT -> x -> 1 / Math.sqrt(x);
            case RECIPROCAL -> x -> 1 / x;
            case SIN -> Math::sin;
            case COS -> Math::cos;
            case TANH -> Math::tanh;
            case ERF -> ScalarOps::erf;
            case SIGMOID -> x -> 1 / (1 + Math.exp(-x));
        };
    }

    /** erf x = 2/√π e^(-x²) Σ 2ⁿ x^(2n+1) / (2n+1)!!, whose terms have one sign (Abramowitz and Stegun 7.1.6). */
    private static double erf(double x) {
        if (!(Math.abs(x) < 6)) {                                        // 1, to double precision, or NaN
            return Math.signum(x);
        }
        double sum = 0;
        double term = x;
        for (int n = 0; sum + term != sum; n++) {
            sum += term;
            term *= 2 * x * x / (2 * n + 3);
        }
        return TWO_OVER_SQRT_PI * Math.exp(-x * x) * sum;
    }

    private static DoubleBinaryOperator ofReals(BinaryKind kind) {
        return switch (kind) {
            case ADD -> (a, b) -> a + b;
            case SUB -> (a, b) -> a - b;
            case MUL -> (a, b) -> a * b;
            case DIV -> (a, b) -> a / b;
            case POW -> Math::pow;
            case MAX -> Math::max;
            case MIN -> Math::min;
            case LESS -> (a, b) -> a < b ? 1 : 0;
            case LESS_EQUAL -> (a, b) -> a <= b ? 1 : 0;
            case EQUAL -> (a, b) -> a == b ? 1 : 0;
        };
    }

    private static DoubleBinaryOperator ofIntegers(BinaryKind kind) {
        return switch (kind) {
            case MUL -> (a, b) -> (int) a * (int) b;                     // the product may need more than 53 bits
            case DIV -> (a, b) -> (int) a / (int) b;
            default -> ofReals(kind);
        };
    }

    private static double[] where(double[] condition, double[] yes, double[] no) {
        double[] y = no.clone();
        for (int i = 0; i < y.length; i++) {
            y[i] = condition[i] != 0 ? yes[i] : no[i];
        }
        return y;
    }

    private static DoubleUnaryOperator to(DType dtype) {
        return switch (dtype) {
            case F32 -> x -> x;
            case I32 -> x -> (int) x;
            case I8 -> x -> (byte) x;
            case F16 -> x -> Float.float16ToFloat(Float.floatToFloat16((float) x));
            case BF16 -> x -> Float.intBitsToFloat(Storage.bfloat16((float) x) << 16);
        };
    }

    private static double[] random(Op.Random op, int seed, int step) {
        double[] y = new double[Math.toIntExact(op.shape().numel())];
        for (int i = 0; i < y.length; i += 4) {
            double[] four = Philox.numbers(op.kind(), i / 4, seed, step, op.stream());
            System.arraycopy(four, 0, y, i, Math.min(4, y.length - i));
        }
        return y;
    }

    // ---- movement: where elements come from, or go to ---------------------------------------------------------

    /** {@code start + Σ index · stride} for all elements of a shape, in row-major order. */
    private static int[] positions(Shape shape, long start, long[] strides) {
        int[] at = {Math.toIntExact(start)};
        for (int axis = 0; axis < shape.rank(); axis++) {
            int size = shape.dim(axis);
            int[] finer = new int[at.length * size];
            for (int i = 0; i < finer.length; i++) {
                finer[i] = at[i / size] + Math.toIntExact(i % size * strides[axis]);
            }
            at = finer;
        }
        return at;
    }

    private static double[] read(double[] x, int[] from) {
        return Arrays.stream(from).mapToDouble(i -> x[i]).toArray();
    }

    private static double[] write(double[] y, double[] x, int[] to) {
        for (int i = 0; i < x.length; i++) {
            y[to[i]] = x[i];
        }
        return y;
    }

    private static double[] add(double[] y, double[] x, int[] to) {
        for (int i = 0; i < x.length; i++) {
            y[to[i]] += x[i];
        }
        return y;
    }

    private static double[] iota(Op.Iota op) {
        long[] strides = new long[op.shape().rank()];
        strides[op.axis()] = 1;
        return Arrays.stream(positions(op.shape(), 0, strides)).asDoubleStream().toArray();
    }

    private static double[] permute(double[] x, Op.Permute p, Shape from, Shape shape) {
        long[] strides = p.axes().stream().mapToLong(axis -> from.strides()[axis]).toArray();
        return read(x, positions(shape, 0, strides));
    }

    /** The strides of a small shape, 0 where the large one repeats it. */
    private static long[] repeating(Shape small, Shape large) {
        return IntStream.range(0, small.rank())
                .mapToLong(axis -> small.dim(axis) == large.dim(axis) ? small.strides()[axis] : 0).toArray();
    }

    private static double[] slice(double[] x, Op.Slice s, Shape from, Shape shape) {
        long start = 0;
        long[] strides = from.strides();
        for (int axis = 0; axis < strides.length; axis++) {
            start += s.starts().get(axis) * strides[axis];
            strides[axis] *= s.steps().get(axis);
        }
        return read(x, positions(shape, start, strides));
    }

    private static double[] flip(double[] x, Op.Flip f, Shape shape) {
        long start = 0;
        long[] strides = shape.strides();
        for (int axis : f.axes()) {
            start += (shape.dim(axis) - 1) * strides[axis];
            strides[axis] = -strides[axis];
        }
        return read(x, positions(shape, start, strides));
    }

    /** Where the elements of sliding windows, of this shape, lie in the tensor that they slide over. */
    private static int[] windows(Shape shape, int axis, int step, int dilation, Shape over) {
        long stride = over.strides()[axis];
        long[] strides = Arrays.copyOf(over.strides(), shape.rank());
        strides[axis] = step * stride;
        strides[shape.rank() - 1] = dilation * stride;
        return positions(shape, 0, strides);
    }

    private static double[] pad(double[] x, Op.Pad p, Shape from, Shape shape) {
        long start = 0;
        long[] strides = shape.strides();
        for (int axis = 0; axis < strides.length; axis++) {
            start += p.low().get(axis) * strides[axis];
            strides[axis] *= 1 + p.inner().get(axis);
        }
        return write(filled(Math.toIntExact(shape.numel()), p.value()), x, positions(from, start, strides));
    }

    private static double[] concat(List<double[]> parts, int axis, Node node, Shape shape) {
        double[] y = new double[Math.toIntExact(shape.numel())];
        long start = 0;
        for (int i = 0; i < parts.size(); i++) {
            Shape part = node.input(i).shape();
            write(y, parts.get(i), positions(part, start, shape.strides()));
            start += part.dim(axis) * shape.strides()[axis];
        }
        return y;
    }

    private static double[] updateSlice(double[] x, double[] update, int start, int axis, Node node) {
        Shape shape = node.output().shape();
        Shape part = node.input(1).shape();
        checkIndex(node, start, shape.dim(axis) - part.dim(axis) + 1);
        return write(x.clone(), update, positions(part, start * shape.strides()[axis], shape.strides()));
    }

    /** Where the rows that indices choose along an axis of {@code size} lie; {@code rows} is all the rows' shape. */
    private static int[] rows(Node node, int axis, double[] indices, int size, Shape rows) {
        for (double index : indices) {
            checkIndex(node, (int) index, size);
        }
        int inner = (int) rows.slice(axis + node.input(1).rank(), rows.rank()).numel();
        int[] at = new int[Math.toIntExact(rows.numel())];
        for (int i = 0; i < at.length; i++) {
            int row = i / inner % indices.length;
            int outer = i / inner / indices.length;
            at[i] = (outer * size + (int) indices[row]) * inner + i % inner;
        }
        return at;
    }

    private static void checkIndex(Node node, int index, int size) {
        if (index < 0 || index >= size) {
            throw new IndexOutOfBoundsException("%s%s: index %d is not in 0 … %d"
                    .formatted(node.path().isEmpty() ? "" : node.path() + ": ", node, index, size - 1));
        }
    }

    // ---- contractions and orderings ---------------------------------------------------------------------------

    private static double[] reduce(double[] x, Op.Reduce r, DType dtype, Shape from, Shape shape) {
        int[] to = positions(from, 0, repeating(shape, from));
        boolean isSum = r.kind() == ReduceKind.SUM;
        double least = dtype == DType.I32 ? Integer.MIN_VALUE : Double.NEGATIVE_INFINITY;
        double[] y = filled(Math.toIntExact(shape.numel()), isSum ? 0 : least);
        for (int i = 0; i < x.length; i++) {
            y[to[i]] = isSum ? y[to[i]] + x[i] : Math.max(y[to[i]], x[i]);
        }
        return y;
    }

    private static double[] cumulativeSum(double[] x, int axis, Shape shape) {
        int stride = (int) shape.strides()[axis];
        double[] y = x.clone();
        for (int i = 0; i < y.length; i++) {
            if (i / stride % shape.dim(axis) > 0) {
                y[i] += y[i - stride];
            }
        }
        return y;
    }

    private static double[] topK(double[] x, int k, int n) {
        double[] y = new double[x.length / n * k];
        for (int row = 0; row < x.length / n; row++) {
            int first = row * n;
            double[] best = IntStream.range(0, n).boxed()                // the sort is stable: lower indices stay first
                    .sorted(Comparator.comparingDouble((Integer i) -> x[first + i]).reversed())
                    .limit(k).mapToDouble(Integer::doubleValue).toArray();
            System.arraycopy(best, 0, y, row * k, k);
        }
        return y;
    }

    private static double[] matMul(double[] a, double[] b, Shape left, Shape shape) {
        int m = shape.dim(-2);
        int n = shape.dim(-1);
        int inner = left.dim(-1);
        double[] y = new double[Math.toIntExact(shape.numel())];
        for (int row = 0; row < (n == 0 ? 0 : y.length / n); row++) {
            int batch = row / m;
            for (int k = 0; k < inner; k++) {
                for (int col = 0; col < n; col++) {
                    y[row * n + col] += a[row * inner + k] * b[(batch * inner + k) * n + col];
                }
            }
        }
        return y;
    }

    // ---- arrays -----------------------------------------------------------------------------------------------

    private static double[] filled(int n, double value) {
        double[] y = new double[n];
        Arrays.fill(y, value);
        return y;
    }

    private static double[] map(double[] x, DoubleUnaryOperator f) {
        return Arrays.stream(x).map(f).toArray();
    }

    private static double[] zip(double[] a, double[] b, DoubleBinaryOperator f) {
        double[] y = new double[a.length];
        for (int i = 0; i < y.length; i++) {
            y[i] = f.applyAsDouble(a[i], b[i]);
        }
        return y;
    }
}
