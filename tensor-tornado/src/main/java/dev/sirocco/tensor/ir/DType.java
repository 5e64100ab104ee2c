package dev.sirocco.tensor.ir;

/**
 * Element types. Arithmetic is done in {@link #F32} (and {@link #I32} for indices); the others are storage, to be cast
 * from and to. A truth value is an F32 that is 0 or 1.
 */
public enum DType {
    F32(4), BF16(2), F16(2), I8(1), I32(4);

    private final int bytes;

    DType(int bytes) {
        this.bytes = bytes;
    }

    /** Bytes of one element. */
    public int bytes() {
        return bytes;
    }

    /** Whether arithmetic ops take it as it is. */
    public boolean isArithmetic() {
        return this == F32 || this == I32;
    }

    public boolean isFloat() {
        return this == F32 || this == BF16 || this == F16;
    }
}
