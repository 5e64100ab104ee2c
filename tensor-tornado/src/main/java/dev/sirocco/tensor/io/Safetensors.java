package dev.sirocco.tensor.io;

import dev.sirocco.tensor.ir.Shape;
import dev.sirocco.tensor.ir.Storage;
import dev.sirocco.tensor.ir.UserError;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * Tensors by name in a memory-mapped file of the
 * <a href="https://huggingface.co/docs/safetensors">safetensors</a> format, or in several with an index. Opening reads
 * the headers alone; what is not used is never loaded. The mapping lives as long as a storage of it.
 *
 * <pre>{@code
 * Safetensors file = Safetensors.open(Path.of("model.safetensors"));
 * Storage w = file.get("h.0.attn.c_attn.weight");
 * Safetensors.write(Path.of("copy.safetensors"), Map.of("w", w), Map.of("format", "pt"));
 * }</pre>
 */
public final class Safetensors {

    private record Located(Path file, MemorySegment data, SafetensorsHeader.Entry entry) {}

    private final Path path;
    private final Map<String, Located> tensors = new LinkedHashMap<>();
    private final Map<String, String> metadata = new LinkedHashMap<>();

    private Safetensors(Path path) {
        this.path = path;
    }

    /**
     * Opens a checkpoint.
     *
     * @param path a safetensors file, a {@code *.index.json} of several, or a directory with a {@code model.safetensors}
     *     or {@code model.safetensors.index.json}
     * @throws UserError if a file cannot be read, is no safetensors file, or is damaged
     */
    public static Safetensors open(Path path) {
        if (Files.isDirectory(path)) {
            Path single = path.resolve("model.safetensors");
            return open(Files.exists(single) ? single : path.resolve("model.safetensors" + ShardIndex.SUFFIX));
        }
        Safetensors opened = new Safetensors(path);
        if (path.toString().endsWith(ShardIndex.SUFFIX)) {
            opened.addShards(ShardIndex.read(path));
        } else {
            opened.add(path);
        }
        return opened;
    }

    /**
     * Writes tensors, replacing a file as a whole or not at all; see {@link AtomicFile}.
     *
     * @param metadata texts for the header, such as {@code format}: {@code pt}
     * @throws UserError if the disk is full or the path cannot be written
     */
    public static void write(Path path, Map<String, Storage> tensors, Map<String, String> metadata) {
        AtomicFile.write(path, new SafetensorsWriter(tensors, metadata));
    }

    private void addShards(ShardIndex index) {
        Map<Path, Safetensors> shards = new HashMap<>();
        index.fileOf().forEach((name, file) -> {
            Safetensors shard = shards.computeIfAbsent(file, Safetensors::open);
            tensors.put(name, shard.located(name));
            shard.metadata.forEach(metadata::putIfAbsent);
        });
    }

    private void add(Path file) {
        MemorySegment whole = map(file);
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
        metadata.putAll(header.metadata());
        header.entries().forEach((name, entry) -> tensors.put(name, new Located(file, data, entry)));
    }

    private static MemorySegment map(Path file) {
        try (FileChannel channel = FileChannel.open(file)) {
            return channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), Arena.ofAuto());
        } catch (IOException e) {
            throw new UserError("cannot read " + file + ": " + AtomicFile.reason(e) + "; check the path", e);
        }
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

    /** In the order of the header, or of the index. */
    public Set<String> names() {
        return Collections.unmodifiableSet(tensors.keySet());
    }

    public boolean contains(String name) {
        return tensors.containsKey(name);
    }

    /** The header's own texts; of several files, together. */
    public Map<String, String> metadata() {
        return Collections.unmodifiableMap(metadata);
    }

    /** @throws UserError if there is no tensor of this name */
    public Shape shape(String name) {
        return located(name).entry().shape();
    }

    /** The element type by the format's own name, such as {@code BF16} or {@code I64}. */
    public String storedType(String name) {
        return located(name).entry().type().name();
    }

    /**
     * A tensor. F32, BF16, F16, I8 and I32 are read-only views of the file, which may begin at any address; the others
     * are copies: F64 and BOOL as F32, I64, I16 and U8 as I32.
     *
     * @throws UserError if there is no tensor of this name, or its type has no counterpart
     */
    public Storage get(String name) {
        Located t = located(name);
        SafetensorsHeader.Entry entry = t.entry();
        String who = t.file() + ": tensor '" + name + "'";
        if (entry.type().readAs() == null) {
            throw new UserError(who + " has type " + entry.type() + ", which is not supported; convert it to F32 or BF16");
        }
        try {
            return entry.type().read(t.data().asSlice(entry.begin(), entry.end() - entry.begin()), entry.shape());
        } catch (ArithmeticException e) {
            throw new UserError(who + " holds integers beyond 32 bits; convert it to I32", e);
        }
    }

    private Located located(String name) {
        Located t = tensors.get(name);
        if (t == null) {
            throw new UserError("%s has no tensor '%s' among its %d; is it the checkpoint of another model?"
                    .formatted(path, TensorFileJson.shorten(name), tensors.size()));
        }
        return t;
    }
}
