package dev.sirocco.tensor.io;

import dev.sirocco.tensor.ir.DType;
import dev.sirocco.tensor.ir.Shape;
import dev.sirocco.tensor.ir.Storage;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** The element types of files, by their names in safetensors, and what they are read as. */
enum StoredType {
    F32(4, DType.F32), BF16(2, DType.BF16), F16(2, DType.F16), I8(1, DType.I8), I32(4, DType.I32),
    F64(8, DType.F32), I64(8, DType.I32), I16(2, DType.I32), U8(1, DType.I32), BOOL(1, DType.F32),
    U16(2, null), U32(4, null), U64(8, null), C64(8, null), F8_E4M3(1, null), F8_E5M2(1, null), F8_E8M0(1, null);

    private final int bytes;
    private final DType readAs;

    StoredType(int bytes, DType readAs) {
        this.bytes = bytes;
        this.readAs = readAs;
    }

    int bytes() {
        return bytes;
    }

    /** The type of a tensor read from the file; null if there is none that would do. */
    DType readAs() {
        return readAs;
    }

    /**
     * The elements as a storage: a view of the memory if the type is one of ours, else a converted copy.
     *
     * @throws ArithmeticException if an I64 is too large for an I32
     */
    Storage read(MemorySegment memory, Shape shape) {
        if (name().equals(readAs.name())) {
            return Storage.over(readAs, shape, memory);
        }
        Storage copy = new Storage(readAs, shape);
        MemorySegment to = copy.segment();
        for (long i = 0; i < shape.numel(); i++) {
            if (readAs == DType.F32) {
                to.set(ValueLayout.JAVA_FLOAT, i * 4, this == F64
                        ? (float) memory.get(ValueLayout.JAVA_DOUBLE_UNALIGNED, i * 8)
                        : memory.get(ValueLayout.JAVA_BYTE, i) == 0 ? 0 : 1);
            } else {
                to.set(ValueLayout.JAVA_INT, i * 4, integer(memory, i));
            }
        }
        return copy;
    }

    private int integer(MemorySegment memory, long i) {
        return switch (this) {
            case I64 -> Math.toIntExact(memory.get(ValueLayout.JAVA_LONG_UNALIGNED, i * 8));
            case I16 -> memory.get(ValueLayout.JAVA_SHORT_UNALIGNED, i * 2);
            case U8 -> Byte.toUnsignedInt(memory.get(ValueLayout.JAVA_BYTE, i));
            default -> throw new IllegalStateException(name());
        };
    }
}
