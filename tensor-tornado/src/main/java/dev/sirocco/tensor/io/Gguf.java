package dev.sirocco.tensor.io;

import dev.sirocco.tensor.ir.DType;
import dev.sirocco.tensor.ir.Shape;
import dev.sirocco.tensor.ir.Storage;
import dev.sirocco.tensor.ir.UserError;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Tensors and metadata, among it the tokeniser, in a memory-mapped file of the
 * <a href="https://github.com/ggml-org/ggml/blob/master/docs/gguf.md">GGUF</a> format, version 2 or 3. Shapes are as in
 * PyTorch: a matrix is {@code [out, in]}. {@link #get} unpacks Q8_0, Q4_0, Q4_K and Q6_K; {@link #blocks} gives them as
 * they are.
 *
 * <pre>{@code
 * Gguf file = Gguf.open(Path.of("stories260K.gguf"));
 * long nLayers = file.integer("llama.block_count");
 * List<String> pieces = file.array("tokenizer.ggml.tokens").strings();
 * Storage q = file.get("blk.0.attn_q.weight");
 * }</pre>
 */
public final class Gguf extends TensorFile {

    /** A tensor of a quantised type. */
    private record Quantised(Path file, String name, GgmlType ggml, Shape shape, MemorySegment data)
            implements StoredTensor {

        @Override
        public String type() {
            return ggml.name();
        }

        @Override
        public long bytes() {
            return data.byteSize();
        }

        @Override
        public DType dtype() {
            unpacking();
            return DType.F32;
        }

        @Override
        public Storage read() {
            return unpacking().unpack(ggml, data, shape, DType.F32);
        }

        Storage stored() {
            if (ggml != GgmlType.Q8_0 && ggml != GgmlType.Q4_0) {
                return unpacking().unpack(ggml, data, shape, DType.BF16);
            }
            int rowBytes = Math.toIntExact(ggml.bytes(shape.dim(-1)));
            return Storage.over(DType.I8, shape.slice(0, shape.rank() - 1).concat(Shape.of(rowBytes)), data);
        }

        private Unpacking unpacking() {
            return Unpacking.of(ggml).orElseThrow(() -> new UserError(
                    "%s: tensor '%s' has type %s, which is not supported; take the file in Q8_0 or Q4_K".formatted(
                            file, TensorFileJson.shorten(name), ggml)));
        }
    }

    private final GgufHeader header;
    private final MemorySegment data;

    private Gguf(Path path, Map<String, StoredTensor> tensors, GgufHeader header, MemorySegment data) {
        super(path, tensors);
        this.header = header;
        this.data = data;
    }

    /** @throws UserError if the file cannot be read, is no GGUF file, or is damaged */
    public static Gguf open(Path path) {
        return of(path, map(path));
    }

    static Gguf of(Path file, MemorySegment whole) {
        if (!beginsWith(whole, GgufHeader.MAGIC)) {
            throw new UserError(file + " is not a GGUF file: check the path, or fetch it again");
        }
        Cursor in = new Cursor(file, whole);
        in.take(GgufHeader.MAGIC.length());
        GgufHeader header = GgufHeader.parse(in);
        MemorySegment data = whole.asSlice(header.dataAt());
        Map<String, StoredTensor> tensors = new LinkedHashMap<>();
        header.entries().forEach((name, e) -> tensors.put(name, tensor(file, e, e.in(data))));
        return new Gguf(file, tensors, header, data);
    }

    private static StoredTensor tensor(Path file, GgufHeader.Entry e, MemorySegment bytes) {
        return e.type().isQuantised() ? new Quantised(file, e.name(), e.type(), e.shape(), bytes)
                : new StoredTensor.Contiguous(file, e.name(), StoredType.valueOf(e.type().name()), e.shape(), bytes);
    }

    @Override
    public String format() {
        return "GGUF v" + header.version();
    }

    /** Long, Float, Double, Boolean, String or {@link GgufArray}; BigInteger beyond a long. */
    @Override
    public Map<String, Object> metadata() {
        return Collections.unmodifiableMap(header.metadata());
    }

    /** @throws UserError if there is no such metadata, or it is of another type */
    public String text(String key) {
        return value(key, String.class);
    }

    /** @throws UserError if there is no such metadata, or it is of another type */
    public long integer(String key) {
        return value(key, Long.class);
    }

    /** @throws UserError if there is no such metadata, or it is of another type */
    public float number(String key) {
        return value(key, Float.class);
    }

    /** @throws UserError if there is no such metadata, or it is of another type */
    public GgufArray array(String key) {
        return value(key, GgufArray.class);
    }

    private <T> T value(String key, Class<T> type) {
        Object value = header.metadata().get(key);
        if (!type.isInstance(value)) {
            throw new UserError("%s has %s metadata '%s'; is it the file of another model?".formatted(
                    path(), value == null ? "no" : "another type than " + type.getSimpleName() + " for the", key));
        }
        return type.cast(value);
    }

    /** @throws UserError if there is no tensor of this name */
    public GgmlType type(String name) {
        return entry(name).type();
    }

    /**
     * A tensor's bytes in the file, read-only: rows one after another, each of whole blocks.
     *
     * @throws UserError if there is no tensor of this name
     */
    public MemorySegment blocks(String name) {
        return entry(name).in(data);
    }

    /**
     * A tensor in the form in which products are computed with it: as {@link #get}, but Q8_0 and Q4_0 stay the rows of
     * blocks that they are, I8 (…, bytes of a row), a view of the file; other blocks are unpacked to BF16, which is
     * closer to them than they are to the numbers that they stand for.
     *
     * @throws UserError if there is no tensor of this name, or its type has no counterpart
     */
    public Storage stored(String name) {
        return located(name) instanceof Quantised blocks ? blocks.stored() : get(name);
    }

    private GgufHeader.Entry entry(String name) {
        located(name);
        return header.entries().get(name);
    }
}
