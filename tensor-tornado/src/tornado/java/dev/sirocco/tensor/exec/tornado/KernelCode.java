package dev.sirocco.tensor.exec.tornado;

import dev.sirocco.tensor.exec.tornado.DeviceArray.Kind;
import dev.sirocco.tensor.ir.DType;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.IntConsumer;

/**
 * Writes the body of a kernel: numbers in local variables, reads and writes of device arrays, loops and branches. It is
 * written in the shape that {@code javac} gives code, which is the shape that TornadoVM's compiler knows. Everything
 * that is known when a program is bound, offsets, sizes and strides, becomes a constant.
 */
final class KernelCode {

    static final ClassDesc CONTEXT = ClassDesc.of("uk.ac.manchester.tornado.api.KernelContext");

    /** A kernel's arguments stand in the local variables before this one. */
    static final int MOST_ARGUMENTS = 15;

    private static final ClassDesc SCALARS = Scalars.class.describeConstable().orElseThrow();
    private static final ClassDesc NARROW = Narrow.class.describeConstable().orElseThrow();

    /** A number in a local variable: F32, or any other type as an int. */
    record Value(int slot, DType dtype) {
        boolean isFloat() {
            return dtype == DType.F32;
        }
    }

    /** Pushes an int. */
    @FunctionalInterface
    interface Push {
        void push();
    }

    private final CodeBuilder b;
    private final List<DeviceArray> arrays;
    private int next = MOST_ARGUMENTS + 1;
    /** Constants of 2. */
    private final Set<Value> twos = new HashSet<>();

    /** @param arrays the kernel's arguments, found while the code is written; the first argument is the context */
    KernelCode(CodeBuilder b, List<DeviceArray> arrays) {
        this.b = b;
        this.arrays = arrays;
    }

    // ---- ints ---------------------------------------------------------------------------------------------------

    void push(int constant) {
        b.loadConstant(constant);
    }

    void pushInt(int slot) {
        b.iload(slot);
    }

    /** A new variable. */
    int intVariable(Push value) {
        value.push();
        b.istore(next);
        return next++;
    }

    void assignInt(int slot, Push value) {
        value.push();
        b.istore(slot);
    }

    /** The number of this thread: {@code globalIdx}, {@code localIdx}, {@code groupIdx} … */
    int thread(String field) {
        ClassDesc integer = ConstantDescs.CD_Integer;
        return intVariable(() -> b.aload(0).getfield(CONTEXT, field, integer)
                .invokevirtual(integer, "intValue", MethodTypeDesc.of(ConstantDescs.CD_int)));
    }

    void add() {
        b.iadd();
    }

    void subtract() {
        b.isub();
    }

    void multiply() {
        b.imul();
    }

    void divide() {
        b.idiv();
    }

    void remainder() {
        b.irem();
    }

    /** {@code variable / divisor}, without code where that is known. */
    void pushQuotient(int slot, int divisor) {
        pushInt(slot);
        if (divisor != 1) {
            push(divisor);
            divide();
        }
    }

    /** {@code offset + Σ coordinate · stride}. */
    void pushIndex(int offset, int[] coordinates, long[] strides) {
        push(offset);
        for (int i = 0; i < coordinates.length; i++) {
            if (strides[i] != 0) {
                pushInt(coordinates[i]);
                if (strides[i] != 1) {
                    push(Math.toIntExact(strides[i]));
                    multiply();
                }
                add();
            }
        }
    }

    /** The coordinates, along axes of these sizes, of an element given by its number in row-major order. */
    int[] coordinates(int slot, int[] dims) {
        int[] coordinates = new int[dims.length];
        int inner = 1;
        for (int i = dims.length - 1; i >= 0; i--) {
            int block = inner;
            int size = dims[i];
            boolean isOutermost = i == 0;
            coordinates[i] = intVariable(() -> {
                pushQuotient(slot, block);
                if (!isOutermost) {
                    push(size);
                    remainder();
                }
            });
            inner *= size;
        }
        return coordinates;
    }

    // ---- control ------------------------------------------------------------------------------------------------

    /** Runs the body if a &lt; b. */
    void ifLess(Push a, Push c, Runnable body) {
        Label end = b.newLabel();
        a.push();
        c.push();
        b.if_icmpge(end);
        body.run();
        b.labelBinding(end);
    }

    void ifEqual(Push a, Push c, Runnable body) {
        Label end = b.newLabel();
        a.push();
        c.push();
        b.if_icmpne(end);
        body.run();
        b.labelBinding(end);
    }

    /**
     * Runs the body if the variable, which is known to be in [least, most], is in [0, size). What is always so is not
     * asked: TornadoVM's compiler stumbles over conditions that it finds to be constant.
     */
    void ifInside(int slot, int least, int most, int size, Runnable body) {
        Runnable belowEnd = most < size ? body : () -> ifLess(() -> pushInt(slot), () -> push(size), body);
        if (least < 0) {
            ifLess(() -> push(-1), () -> pushInt(slot), belowEnd);
        } else {
            belowEnd.run();
        }
    }

    /** {@code for (i = 0; i < count; i++)}; the body is given the variable. */
    void loop(int count, IntConsumer body) {
        loop(() -> push(0), () -> push(count), 1, body);
    }

    /** {@code for (i = from; i < to; i += step)}. */
    void loop(Push from, Push to, int step, IntConsumer body) {
        int i = intVariable(from);
        Label top = b.newLabel();
        Label end = b.newLabel();
        b.labelBinding(top);
        pushInt(i);
        to.push();
        b.if_icmpge(end);
        body.accept(i);
        b.iinc(i, step);
        b.goto_(top);
        b.labelBinding(end);
    }

    // ---- numbers ------------------------------------------------------------------------------------------------

    /** A new variable for what stands on the stack. */
    private Value store(DType dtype) {
        Value value = new Value(next++, dtype);
        storeTo(value);
        return value;
    }

    private void storeTo(Value value) {
        if (value.isFloat()) {
            b.fstore(value.slot());
        } else {
            b.istore(value.slot());
        }
    }

    void push(Value value) {
        if (value.isFloat()) {
            b.fload(value.slot());
        } else {
            b.iload(value.slot());
        }
    }

    Value constant(DType dtype, double number) {
        if (dtype == DType.F32) {
            b.loadConstant((float) number);
        } else {
            b.loadConstant((int) number);
        }
        Value value = store(dtype);
        if (number == 2) {
            twos.add(value);
        }
        return value;
    }

    Value ofInt(int slot) {
        return new Value(slot, DType.I32);
    }

    /** Another variable with the same number. */
    Value copy(Value value) {
        push(value);
        return store(value.dtype());
    }

    void assign(Value to, Value from) {
        push(from);
        storeTo(to);
    }

    /** A function of {@link Scalars} by its name. */
    Value call(String function, DType result, Value... arguments) {
        List<ClassDesc> types = new ArrayList<>();
        for (Value a : arguments) {
            push(a);
            types.add(type(a.dtype()));
        }
        b.invokestatic(SCALARS, function, MethodTypeDesc.of(type(result), types));
        return store(result);
    }

    private static ClassDesc type(DType dtype) {
        return dtype == DType.F32 ? ConstantDescs.CD_float : ConstantDescs.CD_int;
    }

    /** A static method of hand-written kernels; what it is given has been pushed. */
    void invoke(ClassDesc owner, String method, MethodTypeDesc type) {
        b.invokestatic(owner, method, type);
    }

    /** As {@link #invoke}, with a result. */
    Value invoke(ClassDesc owner, String method, MethodTypeDesc type, DType result) {
        b.invokestatic(owner, method, type);
        return store(result);
    }

    Value add(Value x, Value y) {
        push(x);
        push(y);
        if (x.isFloat()) {
            b.fadd();
        } else {
            b.iadd();
        }
        return store(x.dtype());
    }

    Value subtract(Value x, Value y) {
        push(x);
        push(y);
        if (x.isFloat()) {
            b.fsub();
        } else {
            b.isub();
        }
        return store(x.dtype());
    }

    Value multiply(Value x, Value y) {
        if (x.isFloat() && (twos.contains(x) || twos.contains(y))) {
            return call("twice", DType.F32, twos.contains(x) ? y : x);
        }
        push(x);
        push(y);
        if (x.isFloat()) {
            b.fmul();
        } else {
            b.imul();
        }
        return store(x.dtype());
    }

    Value divide(Value x, Value y) {
        push(x);
        push(y);
        if (x.isFloat()) {
            b.fdiv();
        } else {
            b.idiv();
        }
        return store(x.dtype());
    }

    Value negate(Value x) {
        push(x);
        if (x.isFloat()) {
            b.fneg();
        } else {
            b.ineg();
        }
        return store(x.dtype());
    }

    /** To another type, as {@code Op.Cast} has it. */
    Value cast(Value x, DType to) {
        if (x.dtype() == to) {
            return x;
        }
        if (to == DType.F32) {
            return switch (x.dtype()) {
                case BF16 -> narrow("fromBf16", x, to);
                case F16 -> narrow("fromF16", x, to);
                default -> call("toFloat", to, x);
            };
        }
        return switch (to) {
            case BF16 -> narrow("toBf16", x, to);
            case F16 -> narrow("toF16", x, to);
            case I8 -> call("toByte", to, x);
            default -> call("toInt", to, x);
        };
    }

    private Value narrow(String function, Value x, DType to) {
        push(x);
        b.invokestatic(NARROW, function, MethodTypeDesc.of(type(to), type(x.dtype())));
        return store(to);
    }

    // ---- vectors ------------------------------------------------------------------------------------------------

    /** Floats of a {@link Vector}. */
    static final int LANES = 16;

    private static final ClassDesc VECTOR = ClassDesc.of("uk.ac.manchester.tornado.api.types.vectors.Float16");

    /** Sixteen floats in a local variable. A vector's elements beside each other in memory are read at once. */
    record Vector(int slot) {}

    private Vector storeVector() {
        b.astore(next);
        return new Vector(next++);
    }

    Vector vector(Value... elements) {
        b.new_(VECTOR).dup();
        for (Value element : elements) {
            push(element);
        }
        b.invokespecial(VECTOR, ConstantDescs.INIT_NAME,
                MethodTypeDesc.of(ConstantDescs.CD_void, Collections.nCopies(LANES, ConstantDescs.CD_float)));
        return storeVector();
    }

    /** The same float in all lanes. */
    Vector repeat(Value value) {
        return vector(Collections.nCopies(LANES, value).toArray(Value[]::new));
    }

    /** The floats of an array from an index on. */
    Vector load(Place place, int first) {
        Value[] lanes = new Value[LANES];
        Arrays.setAll(lanes, lane -> load(place, () -> pushIndex(lane, new int[] {first}, new long[] {1})));
        return vector(lanes);
    }

    /** The sum of the lanes, in pairs, as its error is smaller so. */
    Value sum(Vector vector) {
        Value[] parts = new Value[LANES];
        Arrays.setAll(parts, lane -> element(vector, lane));
        for (int n = LANES / 2; n > 0; n /= 2) {
            for (int i = 0; i < n; i++) {
                parts[i] = add(parts[i], parts[i + n]);
            }
        }
        return parts[0];
    }

    Value element(Vector vector, int lane) {
        b.aload(vector.slot()).loadConstant(lane)
                .invokevirtual(VECTOR, "get", MethodTypeDesc.of(ConstantDescs.CD_float, ConstantDescs.CD_int));
        return store(DType.F32);
    }

    Vector add(Vector x, Vector y) {
        return call("add", x, y);
    }

    Vector multiply(Vector x, Vector y) {
        return call("mult", x, y);
    }

    private Vector call(String function, Vector x, Vector y) {
        b.aload(x.slot()).aload(y.slot()).invokestatic(VECTOR, function, MethodTypeDesc.of(VECTOR, VECTOR, VECTOR));
        return storeVector();
    }

    void assign(Vector to, Vector from) {
        b.aload(from.slot()).astore(to.slot());
    }

    // ---- memory that a group of threads shares ------------------------------------------------------------------

    /** A new array of floats. */
    int sharedArray(int size) {
        b.aload(0).loadConstant(size).invokevirtual(CONTEXT, "allocateFloatLocalArray",
                MethodTypeDesc.of(ConstantDescs.CD_float.arrayType(), ConstantDescs.CD_int));
        b.astore(next);
        return next++;
    }

    Value loadShared(int array, Push index) {
        b.aload(array);
        index.push();
        b.faload();
        return store(DType.F32);
    }

    void storeShared(int array, Push index, Value value) {
        b.aload(array);
        index.push();
        push(value);
        b.fastore();
    }

    /** Waits for the group's other threads. */
    void barrier() {
        b.aload(0).invokevirtual(CONTEXT, "localBarrier", ConstantDescs.MTD_void);
    }

    // ---- memory -------------------------------------------------------------------------------------------------

    /** The argument that an array is, itself. */
    void pushArray(DeviceArray array) {
        int at = arrays.indexOf(array);
        if (at < 0) {
            arrays.add(array);
            at = arrays.size() - 1;
        }
        b.aload(1 + at);
    }

    /** Reads an element; the index counts from the array's beginning. */
    Value load(Place place, Push index) {
        Kind kind = place.array().kind();
        pushArray(place.array());
        index.push();
        b.invokevirtual(kind.type(), "get", MethodTypeDesc.of(kind.element(), ConstantDescs.CD_int));
        return store(place.dtype());
    }

    void store(Place place, Push index, Value value) {
        Kind kind = place.array().kind();
        pushArray(place.array());
        index.push();
        push(value);
        switch (kind) {
            case SHORTS -> b.i2s();
            case BYTES -> b.i2b();
            default -> { }
        }
        b.invokevirtual(kind.type(), "set",
                MethodTypeDesc.of(ConstantDescs.CD_void, ConstantDescs.CD_int, kind.element()));
    }
}
