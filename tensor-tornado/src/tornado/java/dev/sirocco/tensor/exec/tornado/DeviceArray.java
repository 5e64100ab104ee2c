package dev.sirocco.tensor.exec.tornado;

import dev.sirocco.tensor.ir.DType;
import dev.sirocco.tensor.ir.UserError;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.foreign.MemorySegment;
import uk.ac.manchester.tornado.api.types.arrays.ByteArray;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;
import uk.ac.manchester.tornado.api.types.arrays.ShortArray;
import uk.ac.manchester.tornado.api.types.arrays.TornadoNativeArray;

/**
 * An array that kernels take as an argument and that holds many tensors, one behind the other. It grows while programs
 * are bound, is then {@linkplain #allocate allocated} once, and keeps its size.
 */
final class DeviceArray {

    /** The types of array that TornadoVM moves between host and device without a copy. */
    enum Kind {
        FLOATS(FloatArray.class, ConstantDescs.CD_float, DType.F32),
        INTS(IntArray.class, ConstantDescs.CD_int, DType.I32),
        SHORTS(ShortArray.class, ConstantDescs.CD_short, DType.BF16),
        BYTES(ByteArray.class, ConstantDescs.CD_byte, DType.I8);

        private final ClassDesc type;
        private final ClassDesc element;
        private final DType dtype;

        Kind(Class<?> type, ClassDesc element, DType dtype) {
            this.type = type.describeConstable().orElseThrow();
            this.element = element;
            this.dtype = dtype;
        }

        static Kind of(DType dtype) {
            return switch (dtype) {
                case F32 -> FLOATS;
                case I32 -> INTS;
                case BF16, F16 -> SHORTS;
                case I8 -> BYTES;
            };
        }

        /** The array's class, as class files name it. */
        ClassDesc type() {
            return type;
        }

        /** What its {@code get} returns. */
        ClassDesc element() {
            return element;
        }
    }

    private final Kind kind;
    private int size = 1;                                                // an empty array cannot be on a device
    private TornadoNativeArray array;

    DeviceArray(Kind kind) {
        this.kind = kind;
    }

    Kind kind() {
        return kind;
    }

    int size() {
        return size;
    }

    /** The array as one tensor, for kernels that move elements without looking at them. */
    Place whole() {
        return new Place(this, 0, kind.dtype);
    }

    /** Makes room for elements up to this one. */
    void growTo(long end) {
        if (end > Integer.MAX_VALUE - 64) {
            throw new UserError(
                    "%,d elements in one device array are more than TornadoVM can address; choose smaller sizes"
                    .formatted(end));
        }
        size = Math.max(size, (int) end);
    }

    void allocate() {
        if (array == null) {
            array = switch (kind) {
                case FLOATS -> new FloatArray(size);
                case INTS -> new IntArray(size);
                case SHORTS -> new ShortArray(size);
                case BYTES -> new ByteArray(size);
            };
            array.getSegment().fill((byte) 0);
        }
    }

    /** What TornadoVM knows it by. */
    TornadoNativeArray array() {
        return array;
    }

    /** The host's copy of the elements. */
    MemorySegment segment() {
        return array.getSegment();
    }

    long bytes() {
        return (long) size * kind.dtype.bytes();
    }
}
