package dev.sirocco.tensor.ir;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.foreign.MemorySegment;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StorageTest {

    private static final float[] SPECIAL = {0, -0f, 1, -1.5f, 1e-40f, 6e-8f, 65504, 65520, 1e38f, -1e38f, 127.9f, -128,
        Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, 1.00390625f, 1.01171875f};

    /** Copies that convert do what reading and writing each element does, at any length and address. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 17, 4096, 4098, 12_289})
    void conversionsGoElementByElement(int n) {
        for (DType from : DType.values()) {
            Storage source = unaligned(from, n);
            for (int i = 0; i < n; i++) {
                source.set(i, i % 3 == 0 ? SPECIAL[i / 3 % SPECIAL.length] : (i - n / 2) * 0.37f);
            }
            for (DType to : DType.values()) {
                Storage converted = unaligned(to, n);
                converted.set(source);
                Storage expected = new Storage(to, Shape.of(n));
                for (int i = 0; i < n; i++) {
                    expected.set(i, source.get(i));
                }
                if (from != to) {                                       // a plain copy keeps what a float would not
                    assertEquals(-1, expected.segment().mismatch(converted.segment()), from + " to " + to);
                    assertEquals(-1, expected.segment().mismatch(source.to(to).segment()), from + " to " + to);
                }
                float[] floats = converted.floats();
                for (int i = 0; i < n; i++) {
                    assertEquals(converted.get(i), floats[i]);
                }
            }
        }
    }

    /** As a tensor in a mapped file may lie. */
    private static Storage unaligned(DType dtype, int n) {
        MemorySegment memory = Storage.allocate((long) n * dtype.bytes() + 1);
        return Storage.over(dtype, Shape.of(n), memory.asSlice(1));
    }
}
