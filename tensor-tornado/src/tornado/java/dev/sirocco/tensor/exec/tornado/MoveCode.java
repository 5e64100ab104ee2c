package dev.sirocco.tensor.exec.tornado;

import dev.sirocco.tensor.exec.tornado.KernelCode.Value;
import dev.sirocco.tensor.ir.DType;
import dev.sirocco.tensor.ir.Op;
import dev.sirocco.tensor.ir.Shape;
import dev.sirocco.tensor.ir.Storage;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/** Movements that strides cannot express, one thread to an element of the result. */
final class MoveCode {

    private MoveCode() {}

    /** Operands that one kernel copies, so that it does not grow without end. */
    private static final int OPERANDS = 8;

    /** One thread to an element of each operand, which it writes where it belongs. */
    static List<Kernel> concat(String describe, List<View> in, View out, int axis) {
        List<Part> parts = new ArrayList<>();
        long first = 0;
        for (View from : in) {
            View to = new View(shifted(out.place(), first * out.strides()[axis]), from.shape(), out.strides());
            first += from.shape().dim(axis);
            if (from.shape().numel() > 0) {
                parts.add(new Part(from, to));
            }
        }
        return IntStream.iterate(0, i -> i < parts.size(), i -> i + OPERANDS)
                .mapToObj(i -> copy(describe, parts.subList(i, Math.min(i + OPERANDS, parts.size())))).toList();
    }

    /** An operand and where it goes. */
    private record Part(View from, View to) {
        int numel() {
            return Math.toIntExact(from.shape().numel());
        }
    }

    private static Kernel copy(String describe, List<Part> parts) {
        int largest = parts.stream().mapToInt(Part::numel).max().orElseThrow();
        return Kernel.elements(describe, largest, (code, i) -> {
            for (Part part : parts) {
                Runnable move = () -> {
                    int[] at = code.coordinates(i, part.from().shape().dims());
                    part.to().store(code, at, part.from().load(code, at));
                };
                if (part.numel() == largest) {
                    move.run();
                } else {
                    code.ifLess(() -> code.pushInt(i), () -> code.push(part.numel()), move);
                }
            }
        });
    }

    private static Place shifted(Place place, long elements) {
        return new Place(place.array(), Math.toIntExact(place.offset() + elements), place.dtype());
    }

    static Kernel pad(String describe, View in, View out, Op.Pad p) {
        return Kernel.elements(describe, out.shape().numel(), (code, i) -> {
            int[] at = code.coordinates(i, out.shape().dims());
            Value value = code.constant(out.place().dtype() == DType.F32 ? DType.F32 : DType.I32,
                    stored(out.place().dtype(), p.value()));
            int[] from = IntStream.range(0, at.length).map(a -> code.intVariable(() -> {
                code.pushInt(at[a]);
                code.push(p.low().get(a));
                code.subtract();
            })).toArray();
            padAxis(code, 0, from, in, p, value);
            out.store(code, i, value);
        });
    }

    /** A number as its element type stores it: the bits of narrow floats. */
    private static double stored(DType dtype, double value) {
        return switch (dtype) {
            case BF16 -> Storage.bfloat16((float) value);
            case F16 -> Float.floatToFloat16((float) value);
            case I8 -> (byte) value;
            default -> value;
        };
    }

    /** Reads the operand's element if the coordinate along this axis, and those after it, hit one. */
    private static void padAxis(KernelCode code, int axis, int[] from, View in, Op.Pad p, Value value) {
        if (axis == from.length) {
            Value x = in.load(code, from);
            code.assign(value, new Value(x.slot(), value.dtype()));
            return;
        }
        int step = 1 + p.inner().get(axis);
        int size = in.shape().dim(axis);
        int at = from[axis];
        int last = (size - 1) * step + p.high().get(axis);
        Runnable inside = () -> {
            int[] hit = from.clone();
            hit[axis] = code.intVariable(() -> code.pushQuotient(at, step));
            padAxis(code, axis + 1, hit, in, p, value);
        };
        // What is always so is not asked: TornadoVM's compiler stumbles over conditions that it finds to be constant.
        Runnable belowEnd = last < size * step ? inside
                : () -> code.ifLess(() -> code.pushQuotient(at, step), () -> code.push(size), inside);
        Runnable onElement = step == 1 || last == 0 ? belowEnd : () -> code.ifEqual(() -> {
            code.pushInt(at);
            code.push(step);
            code.remainder();
        }, () -> code.push(0), belowEnd);
        if (p.low().get(axis) == 0) {
            onElement.run();
        } else {
            code.ifLess(() -> code.push(-1), () -> code.pushInt(at), onElement);
        }
    }

    static Kernel gather(String describe, View in, View index, View out, int axis, IndexCheck check) {
        int ofIndex = index.shape().rank();
        return Kernel.elements(describe, out.shape().numel(), (code, i) -> {
            int[] at = code.coordinates(i, out.shape().dims());
            Value row = index.load(code, Arrays.copyOfRange(at, axis, axis + ofIndex));
            check.write(code, row, in.shape().dim(axis), () -> {
                int[] from = new int[in.shape().rank()];
                for (int a = 0; a < from.length; a++) {
                    from[a] = a < axis ? at[a] : a == axis ? row.slot() : at[a + ofIndex - 1];
                }
                out.store(code, i, in.load(code, from));
            });
        });
    }

    /**
     * First zeros, then one thread to each column, which adds the rows in their order: without atomics, and with the
     * same bits in every run.
     */
    static List<Kernel> scatterAdd(String describe, View in, View index, View out, int axis, IndexCheck check) {
        int ofIndex = index.shape().rank();
        Shape outer = out.shape().slice(0, axis);
        Shape inner = out.shape().slice(axis + 1, out.shape().rank());
        Shape columns = outer.concat(inner);
        DType dtype = out.place().dtype();
        Kernel zeros = Kernel.elements(describe + " (zeros)", out.shape().numel(),
                (code, i) -> out.store(code, i, code.constant(dtype, 0)));
        Kernel adds = Kernel.elements(describe, columns, (code, column) -> {
            code.loop(Math.toIntExact(index.shape().numel()), n -> {
                int[] row = code.coordinates(n, index.shape().dims());
                Value to = index.load(code, row);
                check.write(code, to, out.shape().dim(axis), () -> {
                    int[] from = new int[in.shape().rank()];
                    int[] at = new int[out.shape().rank()];
                    for (int a = 0; a < at.length; a++) {
                        at[a] = a < axis ? column[a] : a == axis ? to.slot() : column[a - 1];
                    }
                    for (int a = 0; a < from.length; a++) {
                        from[a] = a < axis ? column[a] : a < axis + ofIndex ? row[a - axis] : column[a - ofIndex];
                    }
                    out.store(code, at, code.add(out.load(code, at), in.load(code, from)));
                });
            });
        });
        return List.of(zeros, adds);
    }

    /** @param base null where it lies in the result's memory already */
    static List<Kernel> updateSlice(String describe, View base, View update, View start, View out, int axis,
            IndexCheck check) {
        Kernel write = Kernel.elements(describe, update.shape().numel(), (code, i) -> {
            Value first = start.load(code, new int[] {code.intVariable(() -> code.push(0))});
            check.write(code, first, out.shape().dim(axis) - update.shape().dim(axis) + 1, () -> {
                int[] at = code.coordinates(i, update.shape().dims());
                int[] to = at.clone();
                to[axis] = code.add(code.ofInt(at[axis]), first).slot();
                out.store(code, to, update.load(code, at));
            });
        });
        if (base == null) {
            return List.of(write);
        }
        Kernel copy = Kernel.elements(describe + " (copy)", out.shape().numel(), (code, i) ->
                out.store(code, i, base.load(code, code.coordinates(i, out.shape().dims()))));
        return List.of(copy, write);
    }

    static Kernel fold(String describe, View in, View out, Op.Fold f) {
        int size = in.shape().dim(-1);
        int windows = in.shape().dim(f.axis());
        return Kernel.elements(describe, out.shape().numel(), (code, i) -> {
            int[] at = code.coordinates(i, out.shape().dims());
            Value sum = code.constant(out.place().dtype(), 0);
            // The windows that reach this element: from the first whose end is behind it to the last that begins before
            // it.
            int place = at[f.axis()];
            Value reach = code.constant(DType.I32, f.step() - 1 - (size - 1) * f.dilation());
            Value zero = code.constant(DType.I32, 0);
            int behind = code.add(code.ofInt(place), reach).slot();
            int reached = code.intVariable(() -> code.pushQuotient(behind, f.step()));
            int first = code.call("max", DType.I32, zero, code.ofInt(reached)).slot();
            int before = code.intVariable(() -> {
                code.pushQuotient(place, f.step());
                code.push(1);
                code.add();
            });
            int end = code.call("min", DType.I32, code.ofInt(before), code.constant(DType.I32, windows)).slot();
            code.loop(() -> code.pushInt(first), () -> code.pushInt(end), 1, window -> {
                int distance = code.intVariable(() -> {
                    code.pushInt(place);
                    code.pushInt(window);
                    code.push(f.step());
                    code.multiply();
                    code.subtract();
                });
                Runnable hit = () -> {
                    int[] from = Arrays.copyOf(at, at.length + 1);
                    from[f.axis()] = window;
                    from[at.length] = code.intVariable(() -> code.pushQuotient(distance, f.dilation()));
                    code.assign(sum, code.add(sum, in.load(code, from)));
                };
                if (f.dilation() == 1) {
                    hit.run();
                } else {
                    code.ifEqual(() -> {
                        code.pushInt(distance);
                        code.push(f.dilation());
                        code.remainder();
                    }, () -> code.push(0), hit);
                }
            });
            out.store(code, i, sum);
        });
    }
}
