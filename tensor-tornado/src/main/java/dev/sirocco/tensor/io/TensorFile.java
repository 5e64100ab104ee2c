package dev.sirocco.tensor.io;

import dev.sirocco.tensor.ir.DType;
import dev.sirocco.tensor.ir.Shape;
import dev.sirocco.tensor.ir.Storage;
import dev.sirocco.tensor.ir.UserError;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Tensors by name in a memory-mapped file, or in several that belong together. Opening reads and checks what stands in
 * front of the data; what is not used is never loaded. The mapping lives as long as a storage of it.
 */
public abstract class TensorFile {

    /** What people name a model's file in its directory. */
    private static final List<String> USUAL_NAMES = List.of("model.safetensors", "model.safetensors.index.json",
            "diffusion_pytorch_model.safetensors", "diffusion_pytorch_model.safetensors.index.json",
            "pytorch_model.bin", "diffusion_pytorch_model.bin");

    private final Path path;
    private final Map<String, StoredTensor> tensors;

    TensorFile(Path path, Map<String, StoredTensor> tensors) {
        this.path = path;
        this.tensors = tensors;
    }

    /**
     * Opens a file of any of the formats; its content tells which: {@link Safetensors}, {@link Gguf},
     * {@link PyTorchFile} or {@link Llama2c}.
     *
     * @param path a file, the {@code *.index.json} of several, or a directory with one of these under a usual name
     * @throws UserError if it cannot be read, is of another format, or is damaged
     */
    public static TensorFile open(Path path) {
        Path file = !Files.isDirectory(path) ? path
                : USUAL_NAMES.stream().map(path::resolve).filter(Files::exists).findFirst().orElseThrow(
                        () -> new UserError("cannot read " + path + ": none of its files is named "
                                + String.join(", ", USUAL_NAMES) + "; name the file itself"));
        return file.toString().endsWith(ShardIndex.SUFFIX) ? Safetensors.open(file) : of(file, map(file));
    }

    static TensorFile of(Path file, MemorySegment whole) {
        if (beginsWith(whole, GgufHeader.MAGIC)) {
            return Gguf.of(file, whole);
        }
        if (beginsWith(whole, PyTorchFile.ARCHIVE_MAGIC) || beginsWith(whole, PyTorchFile.LEGACY_MAGIC)) {
            return PyTorchFile.of(file, whole);
        }
        if (beginsWith(whole, Llama2c.MAGIC) || Llama2c.isVersion0(file, whole)) {
            return Llama2c.of(file, whole);
        }
        return Safetensors.of(file, whole);
    }

    /** The format and its version, such as {@code GGUF v3}. */
    public abstract String format();

    /** What the file says besides tensors: texts, numbers, truth values, {@link GgufArray}s. */
    public abstract Map<String, ?> metadata();

    public final Path path() {
        return path;
    }

    /** In the order of the file, or of the index. */
    public final Set<String> names() {
        return Collections.unmodifiableSet(tensors.keySet());
    }

    public final boolean contains(String name) {
        return tensors.containsKey(name);
    }

    /** @throws UserError if there is no tensor of this name */
    public final Shape shape(String name) {
        return located(name).shape();
    }

    /** The element type by the format's own name, such as {@code BF16}, {@code I64} or {@code Q4_K}. */
    public final String storedType(String name) {
        return located(name).type();
    }

    /** The bytes that the tensor takes in the file. */
    public final long storedBytes(String name) {
        return located(name).bytes();
    }

    /**
     * The type of what {@link #get} gives.
     *
     * @throws UserError if there is no tensor of this name, or its type has no counterpart
     */
    public final DType dtype(String name) {
        return located(name).dtype();
    }

    /**
     * A tensor. F32, BF16, F16, I8 and I32 are read-only views of the file, which may begin at any address; the others
     * are copies: F64, BOOL and quantised ones as F32, I64, I16 and U8 as I32.
     *
     * @throws UserError if there is no tensor of this name, or its type has no counterpart
     */
    public final Storage get(String name) {
        return located(name).read();
    }

    final StoredTensor located(String name) {
        StoredTensor t = tensors.get(name);
        if (t == null) {
            throw new UserError("%s has no tensor '%s' among its %d; is it the checkpoint of another model?"
                    .formatted(path, TensorFileJson.shorten(name), tensors.size()));
        }
        return t;
    }

    /** Whether the first bytes are these letters, each one byte. */
    static boolean beginsWith(MemorySegment bytes, String letters) {
        byte[] expected = letters.getBytes(StandardCharsets.ISO_8859_1);
        return bytes.byteSize() >= expected.length
                && bytes.asSlice(0, expected.length).mismatch(MemorySegment.ofArray(expected)) < 0;
    }

    /** A file's bytes, mapped; anything but a plain file is refused, since a pipe or device could wait forever. */
    static MemorySegment map(Path file) {
        if (Files.exists(file) && !Files.isRegularFile(file)) {
            throw new UserError("cannot read " + file + ": it is not a file; check the path");
        }
        try (FileChannel channel = FileChannel.open(file)) {
            return channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), Arena.ofAuto());
        } catch (IOException e) {
            throw new UserError("cannot read " + file + ": " + AtomicFile.reason(e) + "; check the path", e);
        }
    }
}
