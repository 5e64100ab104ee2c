package dev.sirocco.tensor.exec.vector;

import dev.sirocco.tensor.ir.DType;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorSpecies;

/** Vectors of the machine's width. */
final class Lanes {

    static final VectorSpecies<Float> F32 = FloatVector.SPECIES_PREFERRED;
    static final VectorSpecies<Integer> I32 = IntVector.SPECIES_PREFERRED;
    /** Elements in a vector. */
    static final int COUNT = F32.length();
    /** Bytes from one vector of F32 or I32 to the next. */
    static final long BYTES = COUNT * 4L;

    private static final ByteOrder ORDER = Memory.ORDER;

    private Lanes() {}

    static FloatVector floats(long address) {
        return FloatVector.fromMemorySegment(F32, Memory.ALL, address, ORDER);
    }

    static IntVector ints(long address) {
        return IntVector.fromMemorySegment(I32, Memory.ALL, address, ORDER);
    }

    static void put(long address, FloatVector v) {
        v.intoMemorySegment(Memory.ALL, address, ORDER);
    }

    static void put(long address, IntVector v) {
        v.intoMemorySegment(Memory.ALL, address, ORDER);
    }

    /** Copies fewer elements than a vector has, of 4 bytes or less. */
    static void copyTail(long to, long from, int elements, DType dtype) {
        switch (dtype.bytes()) {
            case 4 -> {
                VectorMask<Integer> tail = I32.indexInRange(0, elements);
                IntVector.fromMemorySegment(I32, Memory.ALL, from, ORDER, tail)
                        .intoMemorySegment(Memory.ALL, to, ORDER, tail);
            }
            case 2 -> {
                for (int i = 0; i < elements; i++) {
                    Memory.ALL.set(Memory.SHORT, to + 2L * i, Memory.ALL.get(Memory.SHORT, from + 2L * i));
                }
            }
            default -> {
                for (int i = 0; i < elements; i++) {
                    Memory.ALL.set(Memory.BYTE, to + i, Memory.ALL.get(Memory.BYTE, from + i));
                }
            }
        }
    }
}
