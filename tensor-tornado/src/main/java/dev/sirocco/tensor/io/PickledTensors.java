package dev.sirocco.tensor.io;

import dev.sirocco.tensor.ir.DType;
import dev.sirocco.tensor.ir.Shape;
import dev.sirocco.tensor.ir.Storage;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** What a pickle holds, however nested, by the keys on the way to it. */
final class PickledTensors {

    private static final int MAX_DEPTH = 16;
    /** What a tensor or number takes in memory besides its name. */
    private static final int ENTRY_MEMORY = 300;

    private final Path file;
    private final Budget budget;
    private final Map<String, Pickle.Strided> tensors = new LinkedHashMap<>();
    private final Map<String, Object> metadata = new LinkedHashMap<>();

    private PickledTensors(Path file, Budget budget) {
        this.file = file;
        this.budget = budget;
    }

    static PickledTensors of(Object root, Path file, Budget budget) {
        PickledTensors found = new PickledTensors(file, budget);
        found.add("", root, 0);
        return found;
    }

    private void add(String name, Object value, int depth) {
        // Charged for every visit: collections may hold each other many times over.
        budget.charge(ENTRY_MEMORY + 2L * name.length());
        if (depth > MAX_DEPTH) {
            throw TensorFileJson.damaged(file, "its collections are more than %d deep".formatted(MAX_DEPTH));
        }
        switch (value) {
            case Pickle.Dict dict -> dict.items().forEach((key, item) -> add(under(name, key), item, depth + 1));
            case List<?> list -> addAll(name, list, depth);
            case Pickle.Tuple tuple -> addAll(name, tuple.items(), depth);
            case Pickle.Strided tensor -> put(tensors, name, tensor);
            case Number number -> put(metadata, name, number);
            case String text -> put(metadata, name, text);
            case Boolean truth -> put(metadata, name, truth);
            case null -> { }
            default -> throw TensorFileJson.damaged(file, "'" + TensorFileJson.shorten(name) + "' is no value");
        }
    }

    private void addAll(String name, List<?> items, int depth) {
        for (int i = 0; i < items.size(); i++) {
            add(under(name, i), items.get(i), depth + 1);
        }
    }

    private static String under(String name, Object key) {
        return name.isEmpty() ? key.toString() : name + "." + key;
    }

    private <T> void put(Map<String, T> values, String name, T value) {
        if (values.put(name, value) != null) {
            throw TensorFileJson.damaged(file, "it has '" + TensorFileJson.shorten(name) + "' twice");
        }
    }

    Map<String, Object> metadata() {
        return metadata;
    }

    /** Each storage's element type. */
    Map<String, StoredType> types() {
        Map<String, StoredType> types = new HashMap<>();
        for (Pickle.Strided tensor : tensors.values()) {
            StoredType type = tensor.storage().type();
            if (types.getOrDefault(tensor.storage().key(), type) != type) {
                throw TensorFileJson.damaged(file, "a storage holds both " + type + " and another type");
            }
            types.put(tensor.storage().key(), type);
        }
        return types;
    }

    /** The tensors in their storages, which are found by keys. */
    Map<String, StoredTensor> locatedIn(Function<String, MemorySegment> storages) {
        Map<String, StoredTensor> located = new LinkedHashMap<>();
        tensors.forEach((name, tensor) ->
                located.put(name, located(name, tensor, storages.apply(tensor.storage().key()))));
        return located;
    }

    private StoredTensor located(String name, Pickle.Strided tensor, MemorySegment storage) {
        Pickle.StorageRef ref = tensor.storage();
        StoredType type = ref.type();
        if (storage == null || storage.byteSize() < ref.numel() * type.bytes()) {
            throw TensorFileJson.damaged(file, "tensor '%s' has no storage '%s' of %,d elements".formatted(
                    TensorFileJson.shorten(name), TensorFileJson.shorten(ref.key()), ref.numel()));
        }
        Shape shape = tensor.shape();
        if (shape.numel() > 0 && !tensor.isContiguous()) {
            return new Scattered(file, name, tensor, storage);
        }
        long begin = shape.numel() == 0 ? 0 : tensor.offset() * type.bytes();
        MemorySegment data = storage.asSlice(begin, shape.numel() * type.bytes());
        return new StoredTensor.Contiguous(file, name, type, shape, data);
    }

    /** Elements with others between them, or in another order. */
    private record Scattered(Path file, String name, Pickle.Strided tensor, MemorySegment data)
            implements StoredTensor {

        @Override
        public Shape shape() {
            return tensor.shape();
        }

        @Override
        public String type() {
            return tensor.storage().type().name();
        }

        @Override
        public long bytes() {
            return shape().numel() * tensor.storage().type().bytes();
        }

        @Override
        public DType dtype() {
            return contiguous(data).dtype();
        }

        @Override
        public Storage read() {
            MemorySegment gathered = Storage.allocate(bytes());
            gather(0, tensor.offset(), gathered, 0);
            return contiguous(gathered).read();
        }

        private Contiguous contiguous(MemorySegment elements) {
            return new Contiguous(file, name, tensor.storage().type(), shape(), elements);
        }

        /** Copies what one index of the axes so far selects, and says where the next goes. */
        private long gather(int axis, long element, MemorySegment to, long at) {
            int size = tensor.storage().type().bytes();
            if (axis == shape().rank()) {
                MemorySegment.copy(data, element * size, to, at, size);
                return at + size;
            }
            long next = at;
            for (int i = 0; i < shape().dim(axis); i++) {
                next = gather(axis + 1, element + i * tensor.strides()[axis], to, next);
            }
            return next;
        }
    }
}
