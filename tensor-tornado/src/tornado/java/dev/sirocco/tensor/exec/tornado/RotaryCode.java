package dev.sirocco.tensor.exec.tornado;

import dev.sirocco.tensor.exec.tornado.KernelCode.Value;
import dev.sirocco.tensor.fast.Rotary;
import dev.sirocco.tensor.ir.DType;
import dev.sirocco.tensor.ir.Shape;
import java.util.ArrayList;
import java.util.List;

/** {@link Rotary} and its gradient, one thread to a pair of elements. */
record RotaryCode(Rotary op) {

    /** Elements that are turned together: (a, b) of a line, which are pair number i. */
    private record Pair(Line line, int a, int b) {
        Value first() {
            return line.load(a);
        }

        Value second() {
            return line.load(b);
        }

        void store(Value first, Value second) {
            line.store(a, first);
            line.store(b, second);
        }
    }

    private Pair pair(KernelCode code, View x, int[] at, int i) {
        int half = x.shape().dim(-1) / 2;
        Value number = code.ofInt(i);
        Value a = op.interleaved() ? code.multiply(number, code.constant(DType.I32, 2)) : number;
        Value b = code.add(a, code.constant(DType.I32, op.interleaved() ? 1 : half));
        return new Pair(Line.of(code, x, at[0], at[1], at[2]), a.slot(), b.slot());
    }

    /** a cos - b sin and b cos + a sin; with the sine negated, the way back, which is the gradient. */
    private Kernel turn(String describe, View x, View cos, View sin, View out, boolean isBack) {
        Shape pairs = Line.lines(x).concat(Shape.of(x.shape().dim(-1) / 2));                        // (B, T, H, D/2)
        return Kernel.elements(describe, pairs, (code, at) -> {
            Pair from = pair(code, x, at, at[3]);
            Value c = cos.load(code, new int[] {at[1], at[3]});
            Value s = sin.load(code, new int[] {at[1], at[3]});
            Value turn = isBack ? code.negate(s) : s;
            Value a = from.first();
            Value b = from.second();
            pair(code, out, at, at[3]).store(code.subtract(code.multiply(a, c), code.multiply(b, turn)),
                    code.add(code.multiply(b, c), code.multiply(a, turn)));
        });
    }

    /** @param in x (B, T, H, D), cos (T, D/2), sin (T, D/2) */
    Kernel forward(String describe, List<View> in, View out) {
        return turn(describe, in.get(0), in.get(1), in.get(2), out, false);
    }

    /**
     * @param in x, cos, sin, y, dy
     * @param out dx, dcos, dsin; null where nobody reads it
     */
    List<Kernel> backward(String describe, List<View> in, List<View> out) {
        List<Kernel> kernels = new ArrayList<>();
        if (out.get(0) != null) {
            kernels.add(turn(describe, in.getLast(), in.get(1), in.get(2), out.get(0), true));
        }
        if (out.get(1) != null || out.get(2) != null) {
            kernels.add(ofAngles(describe, in.getFirst(), in.getLast(), out.get(1), out.get(2)));
        }
        return kernels;
    }

    /** dcos = Σ da a + db b and dsin = Σ db a - da b over batch and heads. */
    private Kernel ofAngles(String describe, View x, View dy, View dCos, View dSin) {
        Shape angles = Shape.of(x.shape().dim(1), x.shape().dim(3) / 2);                            // (T, D/2)
        int[] others = {x.shape().dim(0), x.shape().dim(2)};
        return Kernel.elements(describe + " (angles)", angles.numel(), (code, n) -> {
            int[] at = code.coordinates(n, angles.dims());
            Value cosSum = code.constant(DType.F32, 0);
            Value sinSum = code.constant(DType.F32, 0);
            code.loop(others[0] * others[1], o -> {
                int[] other = code.coordinates(o, others);
                int[] line = {other[0], at[0], other[1]};
                Pair from = pair(code, x, line, at[1]);
                Pair slope = pair(code, dy, line, at[1]);
                Value a = from.first();
                Value b = from.second();
                Value da = slope.first();
                Value db = slope.second();
                code.assign(cosSum, code.add(cosSum, code.add(code.multiply(da, a), code.multiply(db, b))));
                code.assign(sinSum, code.add(sinSum, code.subtract(code.multiply(db, a), code.multiply(da, b))));
            });
            if (dCos != null) {
                dCos.store(code, n, cosSum);
            }
            if (dSin != null) {
                dSin.store(code, n, sinSum);
            }
        });
    }
}
