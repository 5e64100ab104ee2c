package dev.sirocco.tensor.exec.vector;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/** All memory as one segment: kernels address it by raw addresses, whose bounds were checked when they were bound. */
final class Memory {

    /** Bounds checks against this segment fold away, unlike those against a tensor's own. */
    static final MemorySegment ALL = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);
    static final ByteOrder ORDER = ByteOrder.nativeOrder();
    static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;
    static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED;
    static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED;
    static final ValueLayout.OfByte BYTE = ValueLayout.JAVA_BYTE;

    private Memory() {}

    static float f32(long address) {
        return ALL.get(FLOAT, address);
    }

    static void f32(long address, float value) {
        ALL.set(FLOAT, address, value);
    }

    static int i32(long address) {
        return ALL.get(INT, address);
    }

    static void i32(long address, int value) {
        ALL.set(INT, address, value);
    }

    /** Copies an element of 1, 2 or 4 bytes. */
    static void copy(long from, long to, int bytes) {
        switch (bytes) {
            case 4 -> i32(to, i32(from));
            case 2 -> ALL.set(SHORT, to, ALL.get(SHORT, from));
            default -> ALL.set(BYTE, to, ALL.get(BYTE, from));
        }
    }
}
