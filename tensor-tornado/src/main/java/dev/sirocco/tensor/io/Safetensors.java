package dev.sirocco.tensor.io;

import dev.sirocco.tensor.ir.Storage;
import dev.sirocco.tensor.ir.UserError;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Tensors by name in a memory-mapped file of the
 * <a href="https://huggingface.co/docs/safetensors">safetensors</a> format, or in several with an index.
 *
 * <pre>{@code
 * Safetensors file = Safetensors.open(Path.of("model.safetensors"));
 * Storage w = file.get("h.0.attn.c_attn.weight");
 * Safetensors.write(Path.of("copy.safetensors"), Map.of("w", w), Map.of("format", "pt"));
 * }</pre>
 */
public final class Safetensors extends TensorFile {

    private final Map<String, String> metadata;

    private Safetensors(Path path, Map<String, StoredTensor> tensors, Map<String, String> metadata) {
        super(path, tensors);
        this.metadata = metadata;
    }

    /**
     * Opens a checkpoint.
     *
     * @param path a safetensors file, a {@code *.index.json} of several, or a directory with a {@code model.safetensors}
     *     or {@code model.safetensors.index.json}
     * @throws UserError if a file cannot be read, is no safetensors file, or is damaged
     */
    public static Safetensors open(Path path) {
        Path single = path.resolve("model.safetensors");
        Path file = !Files.isDirectory(path) ? path
                : Files.exists(single) ? single : path.resolve("model.safetensors" + ShardIndex.SUFFIX);
        return file.toString().endsWith(ShardIndex.SUFFIX) ? ofShards(file, ShardIndex.read(file)) : of(file, map(file));
    }

    /**
     * Writes tensors, replacing a file as a whole or not at all; see {@link AtomicFile}.
     *
     * @param metadata texts for the header, such as {@code format}: {@code pt}
     * @throws UserError if the disk is full or the path cannot be written
     */
    public static void write(Path path, Map<String, Storage> tensors, Map<String, String> metadata) {
        write(path, tensors.entrySet().stream().map(e -> TensorSource.of(e.getKey(), e.getValue())).toList(), metadata);
    }

    /**
     * Writes tensors that are made one after another, those of wider types first, otherwise in the order given;
     * replaces a file as a whole or not at all.
     *
     * @param metadata texts for the header, such as {@code format}: {@code pt}
     * @throws UserError if the disk is full or the path cannot be written, or a source throws it
     */
    public static void write(Path path, Collection<TensorSource> tensors, Map<String, String> metadata) {
        AtomicFile.write(path, new SafetensorsWriter(tensors, metadata));
    }

    /** A name that the index places in one file may not stand in another of them too. */
    static Safetensors ofShards(Path path, ShardIndex index) {
        Map<Path, Safetensors> shards = new LinkedHashMap<>();
        Map<String, StoredTensor> tensors = new LinkedHashMap<>();
        index.fileOf().forEach((name, file) -> {
            Safetensors shard = shards.computeIfAbsent(file, f -> of(f, map(f)));
            tensors.put(name, shard.located(name));
        });
        Map<String, String> metadata = new LinkedHashMap<>();
        shards.forEach((file, shard) -> {
            shard.metadata.forEach(metadata::putIfAbsent);
            for (String name : shard.names()) {
                Path indexed = index.fileOf().getOrDefault(name, file);
                if (!indexed.equals(file)) {
                    throw TensorFileJson.damaged(path, "tensor '%s' is in %s too, not only in %s".formatted(
                            TensorFileJson.shorten(name), file.getFileName(), indexed.getFileName()));
                }
            }
        });
        return new Safetensors(path, tensors, metadata);
    }

    static Safetensors of(Path file, MemorySegment whole) {
        long headerBytes = whole.byteSize() < 8 ? -1
                : whole.get(ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN), 0);
        if (headerBytes < 2 || headerBytes > whole.byteSize() - 8 || whole.get(ValueLayout.JAVA_BYTE, 8) != '{') {
            throw new UserError(file + notSafetensors(whole));
        }
        if (headerBytes > TensorFileJson.MAX_BYTES) {
            throw TensorFileJson.damaged(file, "a header of %,d bytes is too large".formatted(headerBytes));
        }
        MemorySegment data = whole.asSlice(8 + headerBytes);
        SafetensorsHeader header = SafetensorsHeader.parse(
                file, whole.asSlice(8, headerBytes).toArray(ValueLayout.JAVA_BYTE), data.byteSize());
        Map<String, StoredTensor> tensors = new LinkedHashMap<>();
        header.entries().forEach((name, e) -> tensors.put(name, new StoredTensor.Contiguous(
                file, name, e.type(), e.shape(), data.asSlice(e.begin(), e.end() - e.begin()))));
        return new Safetensors(file, tensors, header.metadata());
    }

    /** What such a file is instead, as far as its first bytes tell, and what to do. */
    private static String notSafetensors(MemorySegment whole) {
        byte[] head = whole.asSlice(0, Math.min(32, whole.byteSize())).toArray(ValueLayout.JAVA_BYTE);
        String text = new String(head, StandardCharsets.ISO_8859_1);
        if (text.startsWith("version https://git-lfs")) {
            return " is a Git LFS pointer, not the file itself: run `git lfs pull`, or download it from its page";
        }
        if (text.startsWith("GGUF")) {
            return " is a GGUF file, not a safetensors file: open it as one";
        }
        if (text.startsWith("PK") || text.startsWith("\u0080\u0002")) {
            return " is a PyTorch checkpoint, not a safetensors file: open it as one, or convert it";
        }
        return text.isEmpty() ? " is empty: fetch it again"
                : " is not a safetensors file, or is cut short: check the path, or fetch it again";
    }

    @Override
    public String format() {
        return "safetensors";
    }

    /** The header's own texts; of several files, together. */
    @Override
    public Map<String, String> metadata() {
        return Collections.unmodifiableMap(metadata);
    }
}
