package dev.sirocco.tensor.exec.tornado;

import dev.sirocco.tensor.exec.tornado.KernelCode.Value;
import dev.sirocco.tensor.fast.Gelu;
import dev.sirocco.tensor.fast.Silu;
import dev.sirocco.tensor.ir.Backward;
import dev.sirocco.tensor.ir.DType;
import dev.sirocco.tensor.ir.Op;
import java.util.List;

/** One element of an element-wise op. */
final class CellCode {

    private CellCode() {}

    /** Whether an op is one that {@link #write} knows. */
    static boolean has(Op op) {
        return op instanceof Op.ElementWise || activation(op) != null
                || op instanceof Backward b && activation(b.op()) != null;
    }

    private static String activation(Op op) {
        return switch (op) {
            case Gelu g -> g.tanh() ? "geluTanh" : "gelu";
            case Silu _ -> "silu";
            default -> null;
        };
    }

    /** @param op null for a copy; operands of Backward ops: x, y, dy */
    static Value write(KernelCode code, Op op, List<Value> in) {
        Value x = in.getFirst();
        return switch (op) {
            case null -> x;
            case Op.Unary u -> unary(code, u.kind(), x);
            case Op.Binary b -> binary(code, b.kind(), x, in.get(1));
            case Op.Where _ -> code.call("where", in.get(1).dtype(), x, in.get(1), in.get(2));
            case Op.Cast c when c.dtype() != x.dtype() && c.dtype() != DType.F32 ->
                    code.cast(code.cast(x, DType.F32), c.dtype());
            case Op.Cast c -> code.cast(x, c.dtype());
            case Backward b -> code.call(activation(b.op()) + "Backward", DType.F32, x, in.get(2));
            case Op o when activation(o) != null -> code.call(activation(o), DType.F32, x);
            default -> throw new IllegalArgumentException("not element-wise: " + op);
        };
    }

    private static Value unary(KernelCode code, Op.UnaryKind kind, Value x) {
        return switch (kind) {
            case NEG -> code.negate(x);
            default -> code.call(kind.name().toLowerCase(), x.dtype(), x);
        };
    }

    private static Value binary(KernelCode code, Op.BinaryKind kind, Value x, Value y) {
        return switch (kind) {
            // TornadoVM 5.2 trips over a product that is added to itself; see Scalars.twice.
            case ADD -> x.equals(y) ? code.multiply(x, code.constant(x.dtype(), 2)) : code.add(x, y);
            case SUB -> code.subtract(x, y);
            case MUL -> code.multiply(x, y);
            case DIV -> code.divide(x, y);
            case POW, MAX, MIN -> code.call(kind.name().toLowerCase(), x.dtype(), x, y);
            case LESS -> code.call("less", DType.F32, x, y);
            case LESS_EQUAL -> code.call("lessEqual", DType.F32, x, y);
            case EQUAL -> code.call("equal", DType.F32, x, y);
        };
    }
}
