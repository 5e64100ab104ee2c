package dev.sirocco.tensor.fast;

import dev.sirocco.tensor.ir.Shape;
import dev.sirocco.tensor.ir.ShapeError;
import dev.sirocco.tensor.ir.Tensor;
import java.util.List;

/** The places at which a kernel is laid over the spatial axes of x (N, C, …): one number for each of these axes. */
record Windows(List<Integer> kernel, List<Integer> stride, List<Integer> padLow, List<Integer> padHigh,
        List<Integer> dilation) {

    int axes() {
        return kernel.size();
    }

    /** x (N, C, spatial…), padded with a value, as (N, C, places…, kernel…). */
    Tensor over(Tensor x, double padding) {
        Tensor padded = x;
        for (int i = 0; i < axes(); i++) {
            if (padLow.get(i) > 0 || padHigh.get(i) > 0) {
                padded = padded.pad(2 + i, padLow.get(i), padHigh.get(i), padding);
            }
        }
        Tensor windows = padded;
        for (int i = 0; i < axes(); i++) {
            windows = windows.unfold(2 + i, kernel.get(i), stride.get(i), dilation.get(i));
        }
        return windows;
    }

    /**
     * The numbers of places along the spatial axes.
     *
     * @throws ShapeError if a number is out of range, or the kernel does not fit into x
     */
    Shape places(String op, Shape x) {
        for (List<Integer> numbers : List.of(kernel, stride, padLow, padHigh, dilation)) {
            if (numbers.size() != axes() || x.rank() != 2 + axes()) {
                throw new ShapeError("%s: x %s must be (N, C, spatial…) with as many spatial axes as %s have numbers"
                        .formatted(op, x, this));
            }
        }
        int[] d = new int[axes()];
        for (int i = 0; i < d.length; i++) {
            int size = x.dim(2 + i) + padLow.get(i) + padHigh.get(i);
            int reach = (kernel.get(i) - 1) * dilation.get(i) + 1;
            if (kernel.get(i) < 1 || stride.get(i) < 1 || dilation.get(i) < 1
                    || padLow.get(i) < 0 || padHigh.get(i) < 0) {
                throw new ShapeError(op + ": kernel, stride and dilation must be at least 1, padding at least 0: "
                        + this);
            }
            if (reach > size) {
                throw new ShapeError(
                        "%s: a kernel that reaches over %d does not fit axis %d of x %s, %d with its padding"
                        .formatted(op, reach, 2 + i, x, size));
            }
            d[i] = (size - reach) / stride.get(i) + 1;
        }
        return Shape.of(d);
    }
}
