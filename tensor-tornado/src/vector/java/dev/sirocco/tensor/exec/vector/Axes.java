package dev.sirocco.tensor.exec.vector;

import java.util.Arrays;
import java.util.List;

/** Axes seen together: neighbours over which all operands step evenly are one axis. */
final class Axes {

    private Axes() {}

    /** The sizes of the fewest axes that still describe all operands, outermost first. */
    static int[] collapse(int[] dims, List<long[]> operands) {
        int[] axis = axisOf(dims, operands);
        int count = dims.length == 0 ? 0 : Arrays.stream(axis).max().orElse(-1) + 1;
        int[] collapsed = new int[count];
        Arrays.fill(collapsed, 1);
        for (int i = 0; i < dims.length; i++) {
            if (axis[i] >= 0) {
                collapsed[axis[i]] *= dims[i];
            }
        }
        return collapsed;
    }

    /** The strides of one operand along the axes that {@link #collapse} gives. */
    static long[] collapsed(int[] dims, List<long[]> operands, long[] strides) {
        int[] axis = axisOf(dims, operands);
        long[] collapsed = new long[collapse(dims, operands).length];
        for (int i = 0; i < dims.length; i++) {
            if (axis[i] >= 0) {
                collapsed[axis[i]] = strides[i];              // the innermost of those joined comes last
            }
        }
        return collapsed;
    }

    /** Whether elements follow each other in row-major order. */
    static boolean isLinear(int[] dims, long[] strides) {
        long expected = 1;
        for (int i = dims.length - 1; i >= 0; i--) {
            if (dims[i] != 1 && strides[i] != expected) {
                return false;
            }
            expected *= dims[i];
        }
        return true;
    }

    /** The number of the joined axis that each axis belongs to; -1 for axes of size 1. */
    private static int[] axisOf(int[] dims, List<long[]> operands) {
        int[] axis = new int[dims.length];
        int last = -1;
        int previous = -1;
        for (int i = 0; i < dims.length; i++) {
            if (dims[i] == 1) {
                axis[i] = -1;
                continue;
            }
            int inner = i;
            int outer = previous;
            boolean joins = outer >= 0 && operands.stream().allMatch(s -> s[outer] == s[inner] * dims[inner]);
            axis[i] = joins ? last : ++last;
            previous = i;
        }
        return axis;
    }
}
