package dev.sirocco.tensor.exec.tornado;

import dev.sirocco.tensor.exec.tornado.DeviceArray.Kind;
import dev.sirocco.tensor.ir.DType;
import java.util.Collection;
import java.util.EnumMap;
import java.util.Map;

/**
 * Tensors of one fate, such as all inputs of a program, in one array for each type of element: TornadoVM looks at every
 * array of a graph in every run, and a kernel has fifteen arguments at most, so a few large arrays with offsets that
 * are compiled into the kernels beat many small ones.
 */
final class Pool {

    /** Tensors begin at multiples of so many elements: a cache line of floats. */
    private static final int ALIGNMENT = 16;

    private final Map<Kind, DeviceArray> arrays = new EnumMap<>(Kind.class);
    private final Map<Kind, Long> ends = new EnumMap<>(Kind.class);

    /** Room for a tensor behind all others. */
    Place reserve(DType dtype, long numel) {
        Kind kind = Kind.of(dtype);
        long start = (ends.getOrDefault(kind, 0L) + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
        return at(dtype, start, numel);
    }

    /** Room for a tensor from an element on, which may be shared with other tensors. */
    Place at(DType dtype, long start, long numel) {
        Kind kind = Kind.of(dtype);
        DeviceArray array = arrays.computeIfAbsent(kind, DeviceArray::new);
        array.growTo(start + Math.max(1, numel));
        ends.merge(kind, start + numel, Math::max);
        return new Place(array, (int) start, dtype);
    }

    Collection<DeviceArray> arrays() {
        return arrays.values();
    }

    boolean isEmpty() {
        return arrays.isEmpty();
    }

    void allocate() {
        arrays.values().forEach(DeviceArray::allocate);
    }

    long bytes() {
        return arrays.values().stream().mapToLong(DeviceArray::bytes).sum();
    }

    /** What TornadoVM knows the arrays by. */
    static Object[] objects(Collection<DeviceArray> arrays) {
        return arrays.stream().map(DeviceArray::array).toArray();
    }
}
