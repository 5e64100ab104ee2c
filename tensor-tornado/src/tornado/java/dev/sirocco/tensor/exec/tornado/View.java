package dev.sirocco.tensor.exec.tornado;

import dev.sirocco.tensor.exec.tornado.KernelCode.Value;
import dev.sirocco.tensor.ir.Shape;

/**
 * A tensor as a kernel reads it.
 *
 * @param place of element [0, 0 …]
 * @param strides elements from one index to the next along each axis; 0 repeats, negative ones run backwards
 */
record View(Place place, Shape shape, long[] strides) {

    static View contiguous(Place place, Shape shape) {
        return new View(place, shape, shape.strides());
    }

    /** The element at these coordinates. */
    Value load(KernelCode code, int[] coordinates) {
        return code.load(place, () -> code.pushIndex(place.offset(), coordinates, strides));
    }

    /** The element of a contiguous tensor by its number. */
    Value load(KernelCode code, int number) {
        return code.load(place, () -> code.pushIndex(place.offset(), new int[] {number}, new long[] {1}));
    }

    void store(KernelCode code, int number, Value value) {
        code.store(place, () -> code.pushIndex(place.offset(), new int[] {number}, new long[] {1}), value);
    }

    void store(KernelCode code, int[] coordinates, Value value) {
        code.store(place, () -> code.pushIndex(place.offset(), coordinates, strides), value);
    }
}
