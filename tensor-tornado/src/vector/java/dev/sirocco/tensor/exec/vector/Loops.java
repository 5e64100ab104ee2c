package dev.sirocco.tensor.exec.vector;

import static dev.sirocco.tensor.exec.vector.Floats.INTS;
import static dev.sirocco.tensor.exec.vector.Floats.LANES;
import static dev.sirocco.tensor.exec.vector.Floats.S;
import static dev.sirocco.tensor.exec.vector.Floats.VECTOR;
import static dev.sirocco.tensor.exec.vector.Floats.broadcast;
import static dev.sirocco.tensor.exec.vector.Floats.load;
import static dev.sirocco.tensor.exec.vector.Floats.loadInts;
import static dev.sirocco.tensor.exec.vector.Floats.store;
import static dev.sirocco.tensor.exec.vector.Floats.zeros;

import dev.sirocco.tensor.fast.Gelu;
import dev.sirocco.tensor.fast.Silu;
import dev.sirocco.tensor.ir.Backward;
import dev.sirocco.tensor.ir.DType;
import dev.sirocco.tensor.ir.Op;
import dev.sirocco.tensor.ir.Op.BinaryKind;
import dev.sirocco.tensor.ir.Op.UnaryKind;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * The loops of element-wise ops, one to each op and type, over whole vectors in raw memory. Each spells out its own
 * body: C2 turns a Vector API loop into machine code only if the operation is a constant in it.
 */
final class Loops {

    /**
     * Computes {@code vectors} vectors at {@code d}, contiguous, from operands at a, b and c, which lie the given steps
     * apart in bytes (0 repeats one vector). An op of fewer operands ignores the rest.
     */
    @FunctionalInterface
    interface Loop {
        void run(long d, long a, long stepA, long b, long stepB, long c, long stepC, int vectors);
    }

    private static final VectorSpecies<Short> HALVES =
            VectorSpecies.of(short.class, VectorShape.forBitSize(Math.max(64, S.vectorBitSize() / 2)));

    private Loops() {}

    /** The loop of an op, or null if it is not element-wise; operands of Backward ops: x, y, dy. */
    static Loop of(Op op, DType operand) {
        return switch (op) {
            case Op.Unary u -> operand == DType.I32 ? ofInts(u.kind()) : ofFloats(u.kind());
            case Op.Binary b -> operand == DType.I32 ? ofInts(b.kind()) : ofFloats(b.kind());
            case Op.Where _ -> Loops::where;
            case Op.Cast c -> cast(operand, c.dtype());
            case Gelu g -> g.tanh() ? Loops::mul : Loops::gelu;
            case Silu _ -> Loops::silu;
            case Backward b when b.op() instanceof Gelu g -> g.tanh() ? Loops::geluTanhBackward : Loops::geluBackward;
            case Backward b when b.op() instanceof Silu -> Loops::siluBackward;
            default -> null;
        };
    }

    /** Whether chains can hold the op. */
    static boolean has(Op op) {
        return op instanceof Op.Cast || of(op, DType.F32) != null;
    }

    /**
     * A loop over the first operand that goes before that of the op, leaving in the result what that one takes as its
     * second operand; null for none. Both together would be too much for C2 to inline, or to keep in registers.
     */
    static Loop before(Op op) {
        return switch (op) {
            case Op.Unary u when u.kind() == UnaryKind.TANH -> Loops::expOfTwice;
            case Gelu g when g.tanh() -> Loops::geluGate;
            case Backward b when b.op() instanceof Gelu g && g.tanh() -> Loops::geluGate;
            default -> null;
        };
    }

    private static Loop ofFloats(UnaryKind kind) {
        return switch (kind) {
            case NEG -> Loops::neg;
            case ABS -> Loops::abs;
            case SIGN -> Loops::sign;
            case FLOOR -> Loops::floor;
            case EXP -> Loops::exp;
            case LOG -> Loops::log;
            case SQRT -> Loops::sqrt;
            case RSQRT -> Loops::rsqrt;
            case RECIPROCAL -> Loops::reciprocal;
            case SIN -> Loops::sin;
            case COS -> Loops::cos;
            case TANH -> Loops::tanh;
            case ERF -> Loops::erf;
            case SIGMOID -> Loops::sigmoid;
        };
    }

    private static Loop ofFloats(BinaryKind kind) {
        return switch (kind) {
            case ADD -> Loops::add;
            case SUB -> Loops::sub;
            case MUL -> Loops::mul;
            case DIV -> Loops::div;
            case POW -> Loops::pow;
            case MAX -> Loops::max;
            case MIN -> Loops::min;
            case LESS -> Loops::less;
            case LESS_EQUAL -> Loops::lessEqual;
            case EQUAL -> Loops::equal;
        };
    }

    private static Loop ofInts(UnaryKind kind) {
        return switch (kind) {
            case NEG -> Loops::negInts;
            case ABS -> Loops::absInts;
            case SIGN -> Loops::signInts;
            default -> throw new IllegalArgumentException(kind + " of integers");
        };
    }

    private static Loop ofInts(BinaryKind kind) {
        return switch (kind) {
            case ADD -> Loops::addInts;
            case SUB -> Loops::subInts;
            case MUL -> Loops::mulInts;
            case DIV -> Loops::divInts;
            case MAX -> Loops::maxInts;
            case MIN -> Loops::minInts;
            case LESS -> Loops::lessInts;
            case LESS_EQUAL -> Loops::lessEqualInts;
            case EQUAL -> Loops::equalInts;
            case POW -> throw new IllegalArgumentException("power of integers");
        };
    }

    /** Conversions go through F32; between two narrow types the chain makes two of them. */
    private static Loop cast(DType from, DType to) {
        if (from == to) {
            return copy(from);
        }
        return switch (to) {
            case F32 -> switch (from) {
                case I32 -> Loops::intToFloat;
                case BF16 -> Loops::bf16ToFloat;
                case F16 -> Loops::f16ToFloat;
                case I8 -> Loops::byteToFloat;
                case F32 -> throw new AssertionError();
            };
            case I32 -> from == DType.F32 ? Loops::floatToInt : null;
            case BF16 -> from == DType.F32 ? Loops::floatToBf16 : null;
            case F16 -> from == DType.F32 ? Loops::floatToF16 : null;
            case I8 -> from == DType.F32 ? Loops::floatToByte : null;
        };
    }

    static Loop copy(DType dtype) {
        return switch (dtype.bytes()) {
            case 4 -> Loops::copyWords;
            case 2 -> Loops::copyHalves;
            default -> Loops::copyBytes;
        };
    }

    // ---- f32, one operand --------------------------------------------------------------------------------------

    private static void neg(long d, long a, long sa, long b, long sb, long c, long sc, int n) {
        for (int i = 0; i < n; i++, d += VECTOR, a += sa) {
            store(d, load(a).neg());
        }
    }

    private static void abs(long d, long a, long sa, long b, long sb, long c, long sc, int n) {
        for (int i = 0; i < n; i++, d += VECTOR, a += sa) {
            store(d, load(a).abs());
        }
    }

    private static void exp(long d, long a, long sa, long b, long sb, long c, long sc, int n) {
        for (int i = 0; i < n; i++, d += VECTOR, a += sa) {
            store(d, Functions.exp(load(a)));
        }
    }

    private static void log(long d, long a, long sa, long b, long sb, long c, long sc, int n) {
        for (int i = 0; i < n; i++, d += VECTOR, a += sa) {
            store(d, Functions.log(load(a)));
        }
    }

    private static void sqrt(long d, long a, long sa, long b, long sb, long c, long sc, int n) {
        for (int i = 0; i < n; i++, d += VECTOR, a += sa) {
            store(d, load(a).sqrt());
        }
    }

    private static void rsqrt(long d, long a, long sa, long b, long sb, long c, long sc, int n) {
        for (int i = 0; i < n; i++, d += VECTOR, a += sa) {
            store(d, broadcast(1).div(load(a).sqrt()));
        }
    }

    private static void reciprocal(long d, long a, long sa, long b, long sb, long c, long sc, int n) {
        for (int i = 0; i < n; i++, d += VECTOR, a += sa) {
            store(d, broadcast(1).div(load(a)));
        }
    }

    private static void sin(long d, long a, long sa, long b, long sb, long c, long sc, int n) {
        for (int i = 0; i < n; i++, d += VECTOR, a += sa) {
            store(d, Functions.sin(load(a)));
        }
    }

    private static void cos(long d, long a, long sa, long b, long sb, long c, long sc, int n) {
        for (int i = 0; i < n; i++, d += VECTOR, a += sa) {
            store(d, Functions.cos(load(a)));
        }
    }

    private static void tanh(long d, long a, long sa, long exp, long se, long c, long sc, int n) {
        for (int i = 0; i < n; i++, d += VECTOR, a += sa, exp += se) {
            store(d, Functions.tanh(load(a), load(exp)));
        }
    }

    private static void expOfTwice(long d, long a, long sa, long b, long sb, long c, long sc, int n) {
        for (int i = 0; i < n; i++, d += VECTOR, a += sa) {
            store(d, Functions.expOfTwice(load(a)));
        }
    }

    private static void sigmoid(long d, long a, long sa, long b, long sb, long c, long sc, int n) {
        for (int i = 0; i < n; i++, d += VECTOR, a += sa) {
            store(d, Functions.sigmoid(load(a)));
        }
    }

    private static void gelu(long d, long a, long sa, long b, long sb, long c, long sc, int n) {
        for (int i = 0; i < n; i++, d += VECTOR, a += sa) {
            store(d, Functions.gelu(load(a)));
        }
    }

    private static void geluGate(long d, long a, long sa, long b, long sb, long c, long sc, int n) {
        for (int i = 0; i < n; i++, d += VECTOR, a += sa) {
            store(d, Functions.geluGate(load(a)));
        }
    }

    private static void silu(long d, long a, long sa, long b, long sb, long c, long sc, int n) {
        for (int i = 0; i < n; i++, d += VECTOR, a += sa) {
            store(d, Functions.silu(load(a)));
        }
    }

    private static void erf(long d, long a, long sa, long b, long sb, long c, long sc, int n) {
        for (int i = 0; i < n; i++, d += VECTOR, a += sa) {
            store(d, Functions.erf(load(a)));
        }
    }

    private static void sign(long d, long a, long sa, long b, long sb, long c, long sc, int n) {
        FloatVector zero = zeros();
        for (int i = 0; i < n; i++, d += VECTOR, a += sa) {
            FloatVector x = load(a);
            FloatVector s = x.blend(1, x.compare(VectorOperators.GT, zero));
            store(d, s.blend(-1, x.compare(VectorOperators.LT, zero)));
        }
    }

    /** Floats beyond 2²³ have no fraction and do not fit an int; they stay as they are. */
    private static void floor(long d, long a, long sa, long b, long sb, long c, long sc, int n) {
        for (int i = 0; i < n; i++, d += VECTOR, a += sa) {
            FloatVector x = load(a);
            FloatVector towardsZero = (FloatVector) x.convert(VectorOperators.F2I, 0).convert(VectorOperators.I2F, 0);
            FloatVector down = towardsZero.sub(1, towardsZero.compare(VectorOperators.GT, x));
            store(d, x.blend(down, x.abs().compare(VectorOperators.LT, 0x1p23f)));
        }
    }

    // ---- f32, more operands ------------------------------------------------------------------------------------

    private static void add(long d, long a, long sa, long b, long sb, long c, long sc, int n) {
        for (int i = 0; i < n; i++, d += VECTOR, a += sa, b += sb) {
            store(d, load(a).add(load(b)));
        }
    }

    private static void sub(long d, long a, long sa, long b, long sb, long c, long sc, int n) {
        for (int i = 0; i < n; i++, d += VECTOR, a += sa, b += sb) {
            store(d, load(a).sub(load(b)));
        }
    }

    private static void mul(long d, long a, long sa, long b, long sb, long c, long sc, int n) {
        for (int i = 0; i < n; i++, d += VECTOR, a += sa, b += sb) {
            store(d, load(a).mul(load(b)));
        }
    }

    private static void div(long d, long a, long sa, long b, long sb, long c, long sc, int n) {
        for (int i = 0; i < n; i++, d += VECTOR, a += sa, b += sb) {
            store(d, load(a).div(load(b)));
        }
    }

    /** Lane by lane: the vector form of the library rounds otherwise while a loop is interpreted. */
    private static void pow(long d, long a, long sa, long b, long sb, long c, long sc, int n) {
        for (int i = 0; i < n; i++, d += VECTOR, a += sa, b += sb) {
            for (long o = 0; o < VECTOR; o += 4) {
                Memory.f32(d + o, (float) Math.pow(Memory.f32(a + o), Memory.f32(b + o)));
            }
        }
    }

    private static void max(long d, long a, long sa, long b, long sb, long c, long sc, int n) {
        for (int i = 0; i < n; i++, d += VECTOR, a += sa, b += sb) {
            store(d, load(a).max(load(b)));
        }
    }

    private static void min(long d, long a, long sa, long b, long sb, long c, long sc, int n) {
        for (int i = 0; i < n; i++, d += VECTOR, a += sa, b += sb) {
            store(d, load(a).min(load(b)));
        }
    }

    private static void less(long d, long a, long sa, long b, long sb, long c, long sc, int n) {
        for (int i = 0; i < n; i++, d += VECTOR, a += sa, b += sb) {
            store(d, truth(load(a).compare(VectorOperators.LT, load(b))));
        }
    }

    private static void lessEqual(long d, long a, long sa, long b, long sb, long c, long sc, int n) {
        for (int i = 0; i < n; i++, d += VECTOR, a += sa, b += sb) {
            store(d, truth(load(a).compare(VectorOperators.LE, load(b))));
        }
    }

    private static void equal(long d, long a, long sa, long b, long sb, long c, long sc, int n) {
        for (int i = 0; i < n; i++, d += VECTOR, a += sa, b += sb) {
            store(d, truth(load(a).compare(VectorOperators.EQ, load(b))));
        }
    }

    private static FloatVector truth(VectorMask<Float> mask) {
        return zeros().blend(1, mask);
    }

    /** The values may be integers too: only their bits are moved. */
    private static void where(long d, long a, long sa, long b, long sb, long c, long sc, int n) {
        FloatVector zero = zeros();
        for (int i = 0; i < n; i++, d += VECTOR, a += sa, b += sb, c += sc) {
            store(d, loadInts(c).blend(loadInts(b), load(a).compare(VectorOperators.NE, zero).cast(INTS)));
        }
    }

    private static void geluBackward(long d, long x, long sx, long y, long sy, long dy, long sdy, int n) {
        for (int i = 0; i < n; i++, d += VECTOR, x += sx, dy += sdy) {
            store(d, Functions.geluSlope(load(x)).mul(load(dy)));
        }
    }

    private static void geluTanhBackward(long d, long x, long sx, long gate, long sg, long dy, long sdy, int n) {
        for (int i = 0; i < n; i++, d += VECTOR, x += sx, gate += sg, dy += sdy) {
            store(d, Functions.geluTanhSlope(load(x), load(gate)).mul(load(dy)));
        }
    }

    private static void siluBackward(long d, long x, long sx, long y, long sy, long dy, long sdy, int n) {
        for (int i = 0; i < n; i++, d += VECTOR, x += sx, dy += sdy) {
            store(d, Functions.siluSlope(load(x)).mul(load(dy)));
        }
    }

    // ---- i32 ---------------------------------------------------------------------------------------------------

    private static void negInts(long d, long a, long sa, long b, long sb, long c, long sc, int n) {
        for (int i = 0; i < n; i++, d += VECTOR, a += sa) {
            store(d, loadInts(a).neg());
        }
    }

    private static void absInts(long d, long a, long sa, long b, long sb, long c, long sc, int n) {
        for (int i = 0; i < n; i++, d += VECTOR, a += sa) {
            store(d, loadInts(a).abs());
        }
    }

    private static void signInts(long d, long a, long sa, long b, long sb, long c, long sc, int n) {
        for (int i = 0; i < n; i++, d += VECTOR, a += sa) {
            store(d, loadInts(a).min(1).max(-1));
        }
    }

    private static void addInts(long d, long a, long sa, long b, long sb, long c, long sc, int n) {
        for (int i = 0; i < n; i++, d += VECTOR, a += sa, b += sb) {
            store(d, loadInts(a).add(loadInts(b)));
        }
    }

    private static void subInts(long d, long a, long sa, long b, long sb, long c, long sc, int n) {
        for (int i = 0; i < n; i++, d += VECTOR, a += sa, b += sb) {
            store(d, loadInts(a).sub(loadInts(b)));
        }
    }

    private static void mulInts(long d, long a, long sa, long b, long sb, long c, long sc, int n) {
        for (int i = 0; i < n; i++, d += VECTOR, a += sa, b += sb) {
            store(d, loadInts(a).mul(loadInts(b)));
        }
    }

    private static void maxInts(long d, long a, long sa, long b, long sb, long c, long sc, int n) {
        for (int i = 0; i < n; i++, d += VECTOR, a += sa, b += sb) {
            store(d, loadInts(a).max(loadInts(b)));
        }
    }

    private static void minInts(long d, long a, long sa, long b, long sb, long c, long sc, int n) {
        for (int i = 0; i < n; i++, d += VECTOR, a += sa, b += sb) {
            store(d, loadInts(a).min(loadInts(b)));
        }
    }

    private static void lessInts(long d, long a, long sa, long b, long sb, long c, long sc, int n) {
        for (int i = 0; i < n; i++, d += VECTOR, a += sa, b += sb) {
            store(d, truth(loadInts(a).compare(VectorOperators.LT, loadInts(b)).cast(S)));
        }
    }

    private static void lessEqualInts(long d, long a, long sa, long b, long sb, long c, long sc, int n) {
        for (int i = 0; i < n; i++, d += VECTOR, a += sa, b += sb) {
            store(d, truth(loadInts(a).compare(VectorOperators.LE, loadInts(b)).cast(S)));
        }
    }

    private static void equalInts(long d, long a, long sa, long b, long sb, long c, long sc, int n) {
        for (int i = 0; i < n; i++, d += VECTOR, a += sa, b += sb) {
            store(d, truth(loadInts(a).compare(VectorOperators.EQ, loadInts(b)).cast(S)));
        }
    }

    /** No processor of ours divides integers by vectors. */
    private static void divInts(long d, long a, long sa, long b, long sb, long c, long sc, int n) {
        for (int i = 0; i < n; i++, d += VECTOR, a += sa, b += sb) {
            for (long o = 0; o < VECTOR; o += 4) {
                int divisor = Memory.i32(b + o);
                Memory.i32(d + o, divisor == 0 ? 0 : Memory.i32(a + o) / divisor);
            }
        }
    }

    // ---- between types -------------------------------------------------------------------------------------------

    private static void intToFloat(long d, long a, long sa, long b, long sb, long c, long sc, int n) {
        for (int i = 0; i < n; i++, d += VECTOR, a += sa) {
            store(d, (FloatVector) loadInts(a).convert(VectorOperators.I2F, 0));
        }
    }

    private static void floatToInt(long d, long a, long sa, long b, long sb, long c, long sc, int n) {
        for (int i = 0; i < n; i++, d += VECTOR, a += sa) {
            store(d, (IntVector) load(a).convert(VectorOperators.F2I, 0));
        }
    }

    private static void bf16ToFloat(long d, long a, long sa, long b, long sb, long c, long sc, int n) {
        for (int i = 0; i < n; i++, d += VECTOR, a += sa) {
            ShortVector h = ShortVector.fromMemorySegment(HALVES, Memory.ALL, a, Memory.ORDER);
            IntVector bits = (IntVector) h.convertShape(VectorOperators.ZERO_EXTEND_S2I, INTS, 0);
            store(d, bits.lanewise(VectorOperators.LSHL, 16));
        }
    }

    private static void floatToBf16(long d, long a, long sa, long b, long sb, long c, long sc, int n) {
        for (int i = 0; i < n; i++, d += VECTOR / 2, a += sa) {
            IntVector bits = loadInts(a);
            IntVector odd = bits.lanewise(VectorOperators.LSHR, 16).and(1);
            IntVector rounded = bits.add(odd).add(0x7fff).lanewise(VectorOperators.LSHR, 16);
            IntVector nan = bits.lanewise(VectorOperators.LSHR, 16).or(0x40);
            VectorMask<Integer> isNan = load(a).test(VectorOperators.IS_NAN).cast(INTS);
            ((ShortVector) rounded.blend(nan, isNan).convertShape(VectorOperators.I2S, HALVES, 0))
                    .intoMemorySegment(Memory.ALL, d, Memory.ORDER);
        }
    }

    private static void f16ToFloat(long d, long a, long sa, long b, long sb, long c, long sc, int n) {
        for (int i = 0; i < n; i++, d += VECTOR, a += sa) {
            for (int j = 0; j < LANES; j++) {
                Memory.f32(d + 4L * j, Float.float16ToFloat(Memory.ALL.get(Memory.SHORT, a + 2L * j)));
            }
        }
    }

    private static void floatToF16(long d, long a, long sa, long b, long sb, long c, long sc, int n) {
        for (int i = 0; i < n; i++, d += VECTOR / 2, a += sa) {
            for (int j = 0; j < LANES; j++) {
                Memory.ALL.set(Memory.SHORT, d + 2L * j, Float.floatToFloat16(Memory.f32(a + 4L * j)));
            }
        }
    }

    private static void byteToFloat(long d, long a, long sa, long b, long sb, long c, long sc, int n) {
        for (int i = 0; i < n; i++, d += VECTOR, a += sa) {
            for (int j = 0; j < LANES; j++) {
                Memory.f32(d + 4L * j, Memory.ALL.get(Memory.BYTE, a + j));
            }
        }
    }

    private static void floatToByte(long d, long a, long sa, long b, long sb, long c, long sc, int n) {
        for (int i = 0; i < n; i++, d += VECTOR / 4, a += sa) {
            for (int j = 0; j < LANES; j++) {
                Memory.ALL.set(Memory.BYTE, d + j, (byte) Memory.f32(a + 4L * j));
            }
        }
    }

    private static void copyWords(long d, long a, long sa, long b, long sb, long c, long sc, int n) {
        for (int i = 0; i < n; i++, d += VECTOR, a += sa) {
            store(d, loadInts(a));
        }
    }

    private static void copyHalves(long d, long a, long sa, long b, long sb, long c, long sc, int n) {
        for (int i = 0; i < n; i++, d += VECTOR / 2, a += sa) {
            ShortVector.fromMemorySegment(HALVES, Memory.ALL, a, Memory.ORDER)
                    .intoMemorySegment(Memory.ALL, d, Memory.ORDER);
        }
    }

    private static void copyBytes(long d, long a, long sa, long b, long sb, long c, long sc, int n) {
        for (int i = 0; i < n; i++, d += VECTOR / 4, a += sa) {
            for (int j = 0; j < LANES; j++) {
                Memory.ALL.set(Memory.BYTE, d + j, Memory.ALL.get(Memory.BYTE, a + j));
            }
        }
    }
}
