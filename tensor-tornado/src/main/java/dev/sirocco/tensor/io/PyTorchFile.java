package dev.sirocco.tensor.io;

import dev.sirocco.tensor.ir.UserError;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What {@code torch.save} wrote ({@code .pt}, {@code .pth}, {@code .bin}), memory-mapped: archives as PyTorch writes
 * them since 1.6, and the older files of pickles one after another. No code of the file is run: what is neither a
 * tensor nor a plain collection is refused.
 *
 * <p>The names are the keys on the way to a tensor: {@code model.h.0.weight} of a dictionary under {@code model}.
 * Numbers and texts between the tensors are the metadata, named the same way.
 */
public final class PyTorchFile extends TensorFile {

    static final String ARCHIVE_MAGIC = "PK\3\4";
    /** A pickle of the number 0x1950a86a20f9469cfc6c. */
    static final String LEGACY_MAGIC =
            "\u0080\2\u008a\n\u006c\u00fc\u009c\u0046\u00f9\u0020\u006a\u00a8\u0050\u0019.";

    private final String format;
    private final Map<String, Object> metadata;

    private PyTorchFile(Path path, String format, Map<String, StoredTensor> tensors, Map<String, Object> metadata) {
        super(path, tensors);
        this.format = format;
        this.metadata = metadata;
    }

    /** @throws UserError if the file cannot be read, holds more than tensors and plain collections, or is damaged */
    public static PyTorchFile open(Path path) {
        return of(path, map(path));
    }

    static PyTorchFile of(Path file, MemorySegment whole) {
        if (beginsWith(whole, ARCHIVE_MAGIC)) {
            return ofArchive(file, whole);
        }
        if (beginsWith(whole, LEGACY_MAGIC)) {
            return ofPickles(file, whole);
        }
        throw new UserError(file + " is not a file of torch.save: check the path, or fetch it again");
    }

    @Override
    public String format() {
        return format;
    }

    /** Long, Double, Boolean or String; BigInteger beyond a long. */
    @Override
    public Map<String, Object> metadata() {
        return Collections.unmodifiableMap(metadata);
    }

    // ---- the two kinds of file ------------------------------------------------------------------------------------

    private static PyTorchFile ofArchive(Path file, MemorySegment whole) {
        Budget budget = new Budget(file, whole.byteSize());
        Map<String, MemorySegment> files = ZipDirectory.parse(file, whole, budget).files();
        List<String> pickles = files.keySet().stream().filter(name -> name.matches("([^/]+/)?data\\.pkl")).toList();
        if (pickles.size() != 1) {
            throw new UserError(file + " is an archive, but not of torch.save: there is no data.pkl in it");
        }
        String folder = pickles.getFirst().substring(0, pickles.getFirst().length() - "data.pkl".length());
        MemorySegment order = files.get(folder + "byteorder");
        if (order != null && !beginsWith(order, "little")) {
            throw bigEndian(file);
        }
        Object root = Pickle.read(new Cursor(file, files.get(pickles.getFirst())), budget);
        PickledTensors found = PickledTensors.of(root, file, budget);
        Map<String, StoredTensor> tensors = found.locatedIn(key -> files.get(folder + "data/" + key));
        return new PyTorchFile(file, "PyTorch", tensors, found.metadata());
    }

    /** Five pickles: magic number, version, facts about the machine, what was saved, keys of storages; then those. */
    private static PyTorchFile ofPickles(Path file, MemorySegment whole) {
        Budget budget = new Budget(file, whole.byteSize());
        Cursor in = new Cursor(file, whole);
        Pickle.read(in, budget);
        Pickle.read(in, budget);
        if (!(Pickle.read(in, budget) instanceof Pickle.Dict machine)
                || !Boolean.TRUE.equals(machine.items().get("little_endian"))) {
            throw bigEndian(file);
        }
        PickledTensors found = PickledTensors.of(Pickle.read(in, budget), file, budget);
        Map<String, MemorySegment> storages = storages(in, Pickle.read(in, budget), found.types());
        return new PyTorchFile(file, "PyTorch before 1.6", found.locatedIn(storages::get), found.metadata());
    }

    private static UserError bigEndian(Path file) {
        return new UserError(file + " was saved on a big-endian machine, which is not supported; save it on another");
    }

    /** Each the number of its elements and they themselves, in the order of the keys. */
    private static Map<String, MemorySegment> storages(Cursor in, Object keys, Map<String, StoredType> types) {
        if (!(keys instanceof List<?> list)) {
            throw in.damaged("it has no list of storages");
        }
        Map<String, MemorySegment> storages = new HashMap<>();
        for (Object key : list) {
            StoredType type = key instanceof String ? types.get(key) : null;
            if (type == null) {
                throw in.damaged("it has a storage that belongs to no tensor");
            }
            long numel = in.i64();
            if (numel < 0 || numel > in.left() / type.bytes()) {
                throw in.damaged("it is cut short: a storage of %d elements does not fit in".formatted(numel));
            }
            if (storages.put((String) key, in.take(numel * type.bytes())) != null) {
                throw in.damaged("it has a storage twice");
            }
        }
        return storages;
    }
}
