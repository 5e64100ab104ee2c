package dev.sirocco.apps.weights;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sirocco.tensor.io.AtomicFile;
import dev.sirocco.tensor.io.TensorFile;
import dev.sirocco.tensor.ir.DType;
import dev.sirocco.tensor.ir.Shape;
import dev.sirocco.tensor.ir.Storage;
import dev.sirocco.tensor.ir.UserError;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/** A safetensors file of another's tensors, which are read and converted one after another, while they are written. */
final class ConvertedTensors implements AtomicFile.Content {

    private static final String METADATA = "__metadata__";
    private static final int ALIGNMENT = 64;
    /** Elements that are converted at a time. */
    private static final int PIECE = 1 << 20;
    private static final long MOST_COPIED = 1 << 27;

    private final TensorFile file;
    private final DType floats;
    private final Map<String, String> metadata;
    private final ByteProgress progress;
    private long written;

    /** @param floats the type of all that are no integers; null: each as it is */
    ConvertedTensors(TensorFile file, DType floats, Map<String, String> metadata, ByteProgress progress) {
        if (file.contains(METADATA)) {
            throw new UserError(file.path() + " has a tensor '" + METADATA + "', which safetensors does not allow");
        }
        this.file = file;
        this.floats = floats;
        this.metadata = metadata;
        this.progress = progress;
    }

    @Override
    public void writeTo(WritableByteChannel channel) throws IOException {
        // Data has no gaps: wider types first keeps every element at a multiple of its size.
        List<String> names = file.names().stream()
                .sorted(Comparator.comparingInt(name -> -target(name).bytes())).toList();
        progress.begin(file.path().getFileName().toString(), 0, names.stream().mapToLong(this::bytes).sum());
        writeFully(channel, ByteBuffer.wrap(header(names)));
        long copied = 0;
        for (String name : names) {
            Storage tensor = file.get(name);
            copied += tensor.bytes();
            write(channel, name, tensor);
            if (copied > MOST_COPIED) {
                // What was unpacked lies outside of the heap, which is nearly empty: nothing else makes it go.
                System.gc();
                copied = 0;
            }
        }
    }

    private void write(WritableByteChannel channel, String name, Storage tensor) throws IOException {
        DType target = target(name);
        Storage room = new Storage(target, Shape.of((int) Math.min(PIECE, tensor.numel())));
        for (long at = 0; at < tensor.numel(); at += PIECE) {
            Shape shape = Shape.of((int) Math.min(PIECE, tensor.numel() - at));
            int bytes = tensor.dtype().bytes();
            Storage piece = Storage.over(tensor.dtype(), shape,
                    tensor.segment().asSlice(at * bytes, shape.numel() * bytes));
            Storage converted = Storage.over(target, shape, room.segment());
            converted.set(piece);
            requireFinite(name, piece, converted);
            writeFully(channel, converted.segment().asByteBuffer());
            written += converted.bytes();
            progress.at(written);
        }
    }

    /** F16 ends at 65504: what lies beyond would become infinite. */
    private void requireFinite(String name, Storage piece, Storage converted) {
        if (converted.dtype() != DType.F16 || piece.dtype() == DType.F16) {
            return;
        }
        for (long i = 0; i < piece.numel(); i++) {
            if (Float.isInfinite(converted.get(i)) && !Float.isInfinite(piece.get(i))) {
                throw new UserError("%s: tensor '%s' has the value %s, too large for f16: take bf16 or f32".formatted(
                        file.path(), name, piece.get(i)));
            }
        }
    }

    private static void writeFully(WritableByteChannel channel, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    // ---- what is known before anything is read ------------------------------------------------------------------

    private DType target(String name) {
        DType read = switch (file.storedType(name)) {
            case "BF16" -> DType.BF16;
            case "F16" -> DType.F16;
            case "I8" -> DType.I8;
            case "I64", "I32", "I16", "U8" -> DType.I32;
            default -> DType.F32;
        };
        return floats != null && read.isFloat() ? floats : read;
    }

    private long bytes(String name) {
        return file.shape(name).numel() * target(name).bytes();
    }

    /** The length and the JSON, with as many spaces behind it as bring the data to a boundary. */
    private byte[] header(List<String> names) throws IOException {
        ObjectMapper json = new ObjectMapper();
        ObjectNode root = json.createObjectNode();
        ObjectNode texts = root.putObject(METADATA);
        metadata.forEach(texts::put);
        long offset = 0;
        for (String name : names) {
            ObjectNode entry = root.putObject(name);
            entry.put("dtype", target(name).name());
            ArrayNode shape = entry.putArray("shape");
            Arrays.stream(file.shape(name).dims()).forEach(shape::add);
            entry.putArray("data_offsets").add(offset).add(offset + bytes(name));
            offset += bytes(name);
        }
        byte[] text = json.writeValueAsBytes(root);
        int length = Math.ceilDiv(Long.BYTES + text.length, ALIGNMENT) * ALIGNMENT;
        ByteBuffer header = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
        header.putLong(length - Long.BYTES).put(text);
        header.put(" ".repeat(header.remaining()).getBytes(StandardCharsets.US_ASCII));
        return header.array();
    }
}
