package dev.sirocco.tensor.exec.tornado;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sirocco.tensor.exec.Executor;
import dev.sirocco.tensor.exec.Executors;
import dev.sirocco.tensor.exec.Program;
import dev.sirocco.tensor.ir.DType;
import dev.sirocco.tensor.ir.Graph;
import dev.sirocco.tensor.ir.UserError;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import uk.ac.manchester.tornado.api.common.TornadoDevice;

/** What the executor for TornadoVM's devices does beyond what every executor does. */
class DeviceTest {

    private static Executor executor;

    @BeforeAll
    static void start() {
        Assumptions.assumeTrue(Executors.hasTornado(), "this JVM was started without a TornadoVM SDK");
        executor = Executors.tornado("tornado");
    }

    private static Program doubled(int n) {
        Graph g = new Graph();
        g.output("y", g.input("x", DType.F32, n).mul(2));
        return g.compile(executor);
    }

    private static void checkDoubled(Program p) {
        float[] x = p.input("x").floats();
        for (int i = 0; i < x.length; i++) {
            x[i] = i - x.length / 2f;
        }
        p.input("x").set(x);
        p.run();
        for (int i = 0; i < x.length; i++) {
            x[i] *= 2;
        }
        assertArrayEquals(x, p.output("y").floats());
    }

    /** 320 is 0x0140 and 545 is 0x0221: polynomials of the bytes, such as those of String.hashCode, are the same. */
    @Test
    void kernelsOfDifferentSizesAreNotTakenForEachOther() {
        try (Program one = doubled(320); Program other = doubled(545)) {
            checkDoubled(one);
            checkDoubled(other);
        }
    }

    /** Apart, as it cannot be linked without an SDK. */
    private static final class Limits {
        private static final TornadoDevice DEVICE = TornadoDevices.find("tornado").device();
    }

    /** Compiles what cannot run, and another program in the same session before and after it. */
    private static void checkRefused(Graph tooLarge) {
        try (Program open = doubled(7)) {
            checkDoubled(open);
            String message = assertThrows(UserError.class, () -> tooLarge.compile(executor)).getMessage();
            assertEquals(1, message.lines().count(), message);
            assertTrue(message.matches(".* [\\d,]{13,} bytes .*--device cpu"), message);
            try (Program next = doubled(13)) {
                checkDoubled(next);
            }
            checkDoubled(open);
        }
    }

    @Test
    void anArrayBeyondTheDeviceIsRefusedWithBytes() {
        int elements = Integer.MAX_VALUE - 128;
        Assumptions.assumeTrue(Limits.DEVICE.getMaxAllocMemory() < (long) elements * Float.BYTES,
                "this device takes the largest of arrays");
        Graph g = new Graph();
        g.output("y", g.input("x", DType.F32, elements).sum(0));
        checkRefused(g);
    }

    @Test
    void arraysTogetherBeyondTheDeviceAreRefusedWithBytes() {
        int elements = (1 << 30) - 64;
        Assumptions.assumeTrue(Limits.DEVICE.getMaxGlobalMemory() < 4L * elements * Float.BYTES,
                "this device takes four arrays of 4 GB");
        Graph g = new Graph();
        g.output("a", g.input("x", DType.F32, elements).mul(2));
        g.output("b", g.input("i", DType.I32, elements).mul(2));
        checkRefused(g);
    }
}
