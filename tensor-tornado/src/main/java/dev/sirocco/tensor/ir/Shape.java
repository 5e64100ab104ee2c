package dev.sirocco.tensor.ir;

import java.util.Arrays;
import java.util.List;

/** The sizes of a tensor's axes, outermost first; a scalar has none. Immutable. Sizes may be 0. */
public final class Shape {

    public static final Shape SCALAR = new Shape();

    private final int[] dims;

    private Shape(int... dims) {
        this.dims = dims;
    }

    /** @throws ShapeError if a size is negative */
    public static Shape of(int... dims) {
        for (int d : dims) {
            if (d < 0) {
                throw new ShapeError("negative size in shape " + Arrays.toString(dims));
            }
        }
        return new Shape(dims.clone());
    }

    public static Shape of(List<Integer> dims) {
        return of(dims.stream().mapToInt(Integer::intValue).toArray());
    }

    public int rank() {
        return dims.length;
    }

    /** The size of an axis; negative axes count from the end. */
    public int dim(int axis) {
        return dims[axis(axis)];
    }

    /** The axis as a number from 0 to rank - 1; negative axes count from the end. */
    public int axis(int axis) {
        int a = axis < 0 ? axis + dims.length : axis;
        if (a < 0 || a >= dims.length) {
            throw new ShapeError("axis " + axis + " of shape " + this + " does not exist");
        }
        return a;
    }

    public int[] dims() {
        return dims.clone();
    }

    /** The number of elements. */
    public long numel() {
        long n = 1;
        for (int d : dims) {
            n = Math.multiplyExact(n, (long) d);
        }
        return n;
    }

    /** Elements between neighbours along each axis of a contiguous (row-major) tensor. */
    public long[] strides() {
        long[] strides = new long[dims.length];
        long step = 1;
        for (int i = dims.length - 1; i >= 0; i--) {
            strides[i] = step;
            step *= dims[i];
        }
        return strides;
    }

    /** This shape with one axis resized. */
    public Shape with(int axis, int size) {
        int[] d = dims.clone();
        d[axis(axis)] = size;
        return of(d);
    }

    /** This shape without one axis. */
    public Shape without(int axis) {
        int a = axis(axis);
        int[] d = new int[dims.length - 1];
        System.arraycopy(dims, 0, d, 0, a);
        System.arraycopy(dims, a + 1, d, a, d.length - a);
        return new Shape(d);
    }

    /** This shape followed by another's axes. */
    public Shape concat(Shape tail) {
        int[] d = Arrays.copyOf(dims, dims.length + tail.dims.length);
        System.arraycopy(tail.dims, 0, d, dims.length, tail.dims.length);
        return new Shape(d);
    }

    /** Axes {@code from} (inclusive) to {@code to} (exclusive). */
    public Shape slice(int from, int to) {
        return new Shape(Arrays.copyOfRange(dims, from, to));
    }

    /** The shape that both broadcast to by NumPy's rule: aligned at the last axis, sizes equal or 1. */
    public static Shape broadcast(Shape a, Shape b) {
        int rank = Math.max(a.rank(), b.rank());
        int[] d = new int[rank];
        for (int i = 1; i <= rank; i++) {
            int x = i <= a.rank() ? a.dim(-i) : 1;
            int y = i <= b.rank() ? b.dim(-i) : 1;
            if (x != y && x != 1 && y != 1) {
                throw new ShapeError("shapes " + a + " and " + b + " do not broadcast: sizes " + x + " and " + y
                        + " differ");
            }
            d[rank - i] = x == 1 ? y : x;
        }
        return new Shape(d);
    }

    @Override
    public boolean equals(Object o) {
        return o instanceof Shape s && Arrays.equals(dims, s.dims);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(dims);
    }

    @Override
    public String toString() {
        return Arrays.toString(dims);
    }
}
