package dev.sirocco.tensor.fast;

import dev.sirocco.tensor.ir.DType;
import dev.sirocco.tensor.ir.Shape;
import dev.sirocco.tensor.ir.ShapeError;
import dev.sirocco.tensor.ir.TensorType;
import java.util.List;

/** What the ops of this package check of their operands, so that an error names the op, the operand and the shapes. */
final class Operands {

    private Operands() {}

    /** The first operands must be there and be F32. */
    static void requireF32(String op, List<TensorType> in, String... names) {
        if (in.size() < names.length) {
            throw new ShapeError("%s: %d operands, needs %s".formatted(op, in.size(), List.of(names)));
        }
        for (int i = 0; i < names.length; i++) {
            if (in.get(i).dtype() != DType.F32) {
                throw new ShapeError("%s: %s %s must be f32, cast it first".formatted(op, names[i], in.get(i)));
            }
        }
    }

    static void requireShape(String op, String name, TensorType type, Shape expected) {
        if (!type.shape().equals(expected)) {
            throw new ShapeError("%s: %s has shape %s, expected %s".formatted(op, name, type.shape(), expected));
        }
    }

    static void requireRank(String op, String name, TensorType type, int least, String layout) {
        if (type.shape().rank() < least) {
            throw new ShapeError("%s: %s has shape %s, expected %s".formatted(op, name, type.shape(), layout));
        }
    }
}
