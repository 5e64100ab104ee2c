package dev.sirocco.tensor.io;

import dev.sirocco.tensor.ir.Shape;
import dev.sirocco.tensor.ir.UserError;
import java.lang.foreign.ValueLayout;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Reads a pickle as {@code torch.save} writes it: protocol 2 with numbers, texts, lists, tuples, dictionaries and
 * tensors in storages. A pickle is a program for a stack machine that may call anything; this machine knows the opcodes
 * and the functions below, and refuses the others by name.
 *
 * <p>What becomes of what: None null; bool Boolean; int Long, or BigInteger; float Double; str String; list List;
 * tuple {@link Tuple}; dict and OrderedDict {@link Dict}; a tensor {@link Strided}.
 */
final class Pickle {

    record Tuple(List<Object> items) {}

    record Dict(Map<Object, Object> items) {}

    /** A run of elements in the archive under a key. */
    record StorageRef(StoredType type, String key, long numel) {}

    /** A view of a storage; every element lies within its {@code numel}. */
    record Strided(StorageRef storage, long offset, Shape shape, long[] strides) {

        /** Whether its elements lie one after another; how far apart those of a single one are is of no matter. */
        boolean isContiguous() {
            long[] contiguous = shape.strides();
            return IntStream.range(0, strides.length).allMatch(i -> shape.dim(i) == 1 || strides[i] == contiguous[i]);
        }
    }

    /** What may be called. */
    private enum Function { REBUILD_TENSOR, REBUILD_PARAMETER, ORDERED_DICT }

    private static final Map<String, Object> GLOBALS = Map.ofEntries(
            Map.entry("torch._utils._rebuild_tensor_v2", Function.REBUILD_TENSOR),
            Map.entry("torch._utils._rebuild_parameter", Function.REBUILD_PARAMETER),
            Map.entry("collections.OrderedDict", Function.ORDERED_DICT),
            Map.entry("torch.FloatStorage", StoredType.F32), Map.entry("torch.HalfStorage", StoredType.F16),
            Map.entry("torch.BFloat16Storage", StoredType.BF16), Map.entry("torch.DoubleStorage", StoredType.F64),
            Map.entry("torch.LongStorage", StoredType.I64), Map.entry("torch.IntStorage", StoredType.I32),
            Map.entry("torch.ShortStorage", StoredType.I16), Map.entry("torch.CharStorage", StoredType.I8),
            Map.entry("torch.ByteStorage", StoredType.U8), Map.entry("torch.BoolStorage", StoredType.BOOL),
            Map.entry("torch.ComplexFloatStorage", StoredType.C64));

    /** Opcodes that are not carried out, by the names of Python's pickletools. */
    private static final Map<Integer, String> REFUSED = Map.ofEntries(
            Map.entry((int) 'i', "INST"), Map.entry((int) 'o', "OBJ"), Map.entry(0x81, "NEWOBJ"),
            Map.entry(0x92, "NEWOBJ_EX"), Map.entry(0x93, "STACK_GLOBAL"), Map.entry(0x82, "EXT1"),
            Map.entry(0x83, "EXT2"), Map.entry(0x84, "EXT4"), Map.entry((int) 'P', "PERSID"),
            Map.entry((int) '0', "POP"), Map.entry((int) '1', "POP_MARK"), Map.entry((int) '2', "DUP"),
            Map.entry((int) 'I', "INT"), Map.entry((int) 'L', "LONG"), Map.entry(0x8b, "LONG4"),
            Map.entry((int) 'F', "FLOAT"), Map.entry((int) 'S', "STRING"), Map.entry((int) 'T', "BINSTRING"),
            Map.entry((int) 'V', "UNICODE"), Map.entry((int) 'd', "DICT"), Map.entry((int) 'l', "LIST"),
            Map.entry((int) 'p', "PUT"), Map.entry((int) 'g', "GET"), Map.entry((int) 'B', "BINBYTES"),
            Map.entry((int) 'C', "SHORT_BINBYTES"), Map.entry(0x8c, "SHORT_BINUNICODE"),
            Map.entry(0x8d, "BINUNICODE8"), Map.entry(0x8e, "BINBYTES8"), Map.entry(0x8f, "EMPTY_SET"),
            Map.entry(0x90, "ADDITEMS"), Map.entry(0x91, "FROZENSET"), Map.entry(0x94, "MEMOIZE"),
            Map.entry(0x95, "FRAME"), Map.entry(0x96, "BYTEARRAY8"));

    private static final int MAX_LINE = 200;
    private static final int MAX_RANK = 32;
    private static final int MAX_TEXT = 1 << 24;
    /** What a small object takes, together with its place in a collection. */
    private static final int OBJECT = 80;

    private final Cursor in;
    private final Budget budget;
    private final Map<Long, Object> memo = new HashMap<>();
    /** The stacks below the marks, innermost first; MARK begins a new one. */
    private final Deque<List<Object>> below = new ArrayDeque<>();
    private List<Object> stack = new ArrayList<>();

    private Pickle(Cursor in, Budget budget) {
        this.in = in;
        this.budget = budget;
    }

    /** Reads one pickle; the cursor is left behind it. */
    static Object read(Cursor in, Budget budget) {
        return new Pickle(in, budget).run();
    }

    private Object run() {
        for (int opcode = in.u8(); opcode != '.'; opcode = in.u8()) {
            budget.charge(OBJECT);
            execute(opcode);
        }
        return pop();
    }

    private void execute(int opcode) {
        switch (opcode) {
            case 0x80 -> requireProtocol(in.u8());
            case 'N' -> push(null);
            case 0x88 -> push(true);
            case 0x89 -> push(false);
            case 'K' -> push((long) in.u8());
            case 'M' -> push((long) in.u16());
            case 'J' -> push((long) in.i32());
            case 0x8a -> push(integer(in.u8()));
            case 'G' -> push(Double.longBitsToDouble(Long.reverseBytes(in.i64())));
            case 'X' -> push(text(in.u32()));
            case 'U' -> push(text(in.u8()));
            case ')' -> push(new Tuple(List.of()));
            case 0x85 -> push(new Tuple(last(1)));
            case 0x86 -> push(new Tuple(last(2)));
            case 0x87 -> push(new Tuple(last(3)));
            case 't' -> push(new Tuple(sinceMark()));
            case ']' -> push(new ArrayList<>());
            case 'a' -> appendTo(last(1));
            case 'e' -> appendTo(sinceMark());
            case '}' -> push(new Dict(new LinkedHashMap<>()));
            case 's' -> putInto(last(2));
            case 'u' -> putInto(sinceMark());
            case '(' -> {
                below.push(stack);
                stack = new ArrayList<>();
            }
            case 'q' -> memo.put((long) in.u8(), peek());
            case 'r' -> memo.put(in.u32(), peek());
            case 'h' -> push(remembered(in.u8()));
            case 'j' -> push(remembered(in.u32()));
            case 'c' -> push(global(line() + "." + line()));
            case 'Q' -> push(storage(pop()));
            case 'R' -> {
                Tuple arguments = as(Tuple.class, pop(), "arguments");
                push(call(as(Function.class, pop(), "a function"), arguments.items()));
            }
            case 'b' -> {
                // OrderedDicts of modules bring an attribute _metadata, which nobody needs.
                pop();
                as(Dict.class, peek(), "a dictionary to add attributes to");
            }
            default -> throw refused("the opcode " + REFUSED.getOrDefault(opcode, "0x%02x".formatted(opcode)));
        }
    }

    private void requireProtocol(int protocol) {
        if (protocol != 2) {
            throw refused("protocol " + protocol);
        }
    }

    private UserError refused(String what) {
        return new UserError(in.file() + ": its pickle uses " + what
                + ", which is refused; load it in PyTorch and save its state_dict as safetensors");
    }

    // ---- the stack ------------------------------------------------------------------------------------------------

    private void push(Object value) {
        stack.add(value);
    }

    private Object pop() {
        Object value = peek();
        stack.removeLast();
        return value;
    }

    private Object peek() {
        if (stack.isEmpty()) {
            throw in.damaged("its pickle takes a value from an empty stack");
        }
        return stack.getLast();
    }

    /** Takes the last values off. */
    private List<Object> last(int n) {
        if (stack.size() < n) {
            throw in.damaged("its pickle takes a value from an empty stack");
        }
        List<Object> tail = stack.subList(stack.size() - n, stack.size());
        List<Object> values = new ArrayList<>(tail);
        tail.clear();
        return values;
    }

    private List<Object> sinceMark() {
        if (below.isEmpty()) {
            throw in.damaged("its pickle looks for a mark that is not there");
        }
        List<Object> values = stack;
        stack = below.pop();
        return values;
    }

    private Object remembered(long index) {
        if (!memo.containsKey(index)) {
            throw in.damaged("its pickle recalls a value %d that it never kept".formatted(index));
        }
        return memo.get(index);
    }

    private <T> T as(Class<T> type, Object value, String what) {
        if (!type.isInstance(value)) {
            throw in.damaged("its pickle lacks " + what + " where one is needed");
        }
        return type.cast(value);
    }

    // ---- values ---------------------------------------------------------------------------------------------------

    private Number integer(int bytes) {
        byte[] littleEndian = in.take(bytes).toArray(ValueLayout.JAVA_BYTE);
        byte[] bigEndian = new byte[bytes];
        for (int i = 0; i < bytes; i++) {
            bigEndian[i] = littleEndian[bytes - 1 - i];
        }
        BigInteger value = bytes == 0 ? BigInteger.ZERO : new BigInteger(bigEndian);
        return value.bitLength() < Long.SIZE ? (Number) value.longValue() : value;
    }

    private String text(long bytes) {
        budget.charge(bytes);
        return in.name(bytes, MAX_TEXT, "a text");
    }

    private String line() {
        StringBuilder line = new StringBuilder();
        for (int c = in.u8(); c != '\n'; c = in.u8()) {
            line.append((char) c);
            if (line.length() > MAX_LINE) {
                throw in.damaged("its pickle has a name without an end");
            }
        }
        return line.toString();
    }

    private Object global(String name) {
        Object known = GLOBALS.get(name);
        if (known == null) {
            throw refused("'" + TensorFileJson.shorten(name) + "'");
        }
        return known;
    }

    private void appendTo(List<Object> values) {
        @SuppressWarnings("unchecked")
        List<Object> list = as(List.class, peek(), "a list");
        list.addAll(values);
    }

    private void putInto(List<Object> keysAndValues) {
        Map<Object, Object> dict = as(Dict.class, peek(), "a dictionary").items();
        if (keysAndValues.size() % 2 != 0) {
            throw in.damaged("its pickle has a key without a value");
        }
        for (int i = 0; i < keysAndValues.size(); i += 2) {
            Object key = keysAndValues.get(i);
            if (!(key instanceof String || key instanceof Long)) {
                throw in.damaged("its pickle has a key that is neither text nor number");
            }
            if (dict.containsKey(key)) {
                throw in.damaged("its pickle has the key '" + TensorFileJson.shorten(key.toString()) + "' twice");
            }
            dict.put(key, keysAndValues.get(i + 1));
        }
    }

    // ---- tensors --------------------------------------------------------------------------------------------------

    /** From {@code ("storage", type, key, location, numel)}; of old files with a None behind. */
    private StorageRef storage(Object id) {
        List<Object> parts = as(Tuple.class, id, "the place of a storage").items();
        boolean isView = parts.size() == 6 && parts.get(5) != null;
        if (parts.size() < 5 || parts.size() > 6 || isView || !"storage".equals(parts.get(0))) {
            throw in.damaged("its pickle has a storage without type, key, place and size");
        }
        long numel = as(Long.class, parts.get(4), "the size of a storage");
        StoredType type = as(StoredType.class, parts.get(1), "the type of a storage");
        if (numel < 0 || numel > Long.MAX_VALUE / type.bytes()) {
            throw in.damaged("its pickle has a storage of %d elements".formatted(numel));
        }
        return new StorageRef(type, as(String.class, parts.get(2), "the key of a storage"), numel);
    }

    private Object call(Function function, List<Object> arguments) {
        return switch (function) {
            case ORDERED_DICT -> {
                if (!arguments.isEmpty()) {
                    throw refused("an OrderedDict with arguments");
                }
                yield new Dict(new LinkedHashMap<>());
            }
            case REBUILD_PARAMETER -> as(Strided.class, arguments.isEmpty() ? null : arguments.get(0), "a tensor");
            case REBUILD_TENSOR -> {
                if (arguments.size() < 4) {
                    throw in.damaged("its pickle has a tensor without storage, offset, size and strides");
                }
                yield tensor(as(StorageRef.class, arguments.get(0), "a storage"),
                        as(Long.class, arguments.get(1), "an offset"), numbers(arguments.get(2)),
                        numbers(arguments.get(3)));
            }
        };
    }

    private Strided tensor(StorageRef storage, long offset, long[] dims, long[] strides) {
        Shape shape = in.shape(dims, "a tensor");
        if (strides.length != dims.length || offset < 0) {
            throw in.damaged("its pickle has a tensor of shape %s without as many strides".formatted(shape));
        }
        if (shape.numel() > 0 && (shape.numel() > storage.numel() || last(offset, dims, strides) >= storage.numel())) {
            throw in.damaged("a tensor of shape %s reaches beyond its storage of %,d elements"
                    .formatted(shape, storage.numel()));
        }
        return new Strided(storage, offset, shape, strides);
    }

    /** The place of the last element; Long.MAX_VALUE if it is too far, or before the first. */
    private static long last(long offset, long[] dims, long[] strides) {
        try {
            long last = offset;
            for (int i = 0; i < dims.length; i++) {
                last = Math.addExact(last, Math.multiplyExact(dims[i] - 1, strides[i]));
            }
            return Arrays.stream(strides).allMatch(s -> s >= 0) ? last : Long.MAX_VALUE;
        } catch (ArithmeticException _) {
            return Long.MAX_VALUE;
        }
    }

    private long[] numbers(Object tuple) {
        List<Object> items = as(Tuple.class, tuple, "a shape").items();
        if (items.size() > MAX_RANK) {
            throw in.damaged("its pickle has a tensor of %,d axes".formatted(items.size()));
        }
        return items.stream().mapToLong(n -> as(Long.class, n, "a number")).toArray();
    }
}
