package dev.sirocco.tensor.io;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.sirocco.tensor.ir.Storage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.WritableByteChannel;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;

/** A safetensors file in the making: header and data are 64-byte aligned, wider types come first. */
final class SafetensorsWriter implements AtomicFile.Content {

    private static final int ALIGNMENT = 64;
    private static final long CHUNK = 1 << 26;

    private final List<TensorSource> tensors;
    private final Map<String, String> metadata;

    SafetensorsWriter(Collection<TensorSource> tensors, Map<String, String> metadata) {
        Set<String> names = new HashSet<>(Set.of(SafetensorsHeader.METADATA));
        for (TensorSource tensor : tensors) {
            if (!names.add(tensor.name())) {
                throw new IllegalArgumentException("a tensor cannot be named as another, or " + tensor.name());
            }
        }
        // Data has no gaps, so this is what keeps every element at a multiple of its size.
        this.tensors = tensors.stream().sorted(Comparator.comparingInt(tensor -> -tensor.dtype().bytes())).toList();
        this.metadata = metadata;
    }

    @Override
    public void writeTo(WritableByteChannel channel) throws IOException {
        writeFully(channel, ByteBuffer.wrap(header()));
        for (TensorSource tensor : tensors) {
            write(channel, tensor);
        }
    }

    private static void write(WritableByteChannel channel, TensorSource tensor) throws IOException {
        long left = tensor.bytes();
        boolean isAsSaid = true;
        for (Storage part : tensor.parts()) {
            isAsSaid = part.dtype() == tensor.dtype() && part.bytes() <= left;
            if (!isAsSaid) {
                break;
            }
            left -= part.bytes();
            for (long at = 0; at < part.bytes(); at += CHUNK) {
                writeFully(channel, part.segment().asSlice(at, Math.min(CHUNK, part.bytes() - at)).asByteBuffer());
            }
        }
        if (!isAsSaid || left != 0) {
            throw new IllegalStateException("the parts of " + tensor.name() + " are not what it was said to be");
        }
    }

    private static void writeFully(WritableByteChannel channel, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    /** The length and the JSON, with as many spaces behind it as bring the data to a boundary. */
    private byte[] header() throws IOException {
        ByteArrayOutputStream json = new ByteArrayOutputStream();
        json.write(new byte[Long.BYTES]);
        try (JsonGenerator out = new JsonFactory().createGenerator(json)) {
            out.writeStartObject();
            if (!metadata.isEmpty()) {
                out.writeObjectFieldStart(SafetensorsHeader.METADATA);
                for (Map.Entry<String, String> text : metadata.entrySet()) {
                    out.writeStringField(text.getKey(), text.getValue());
                }
                out.writeEndObject();
            }
            long offset = 0;
            for (TensorSource tensor : tensors) {
                offset = writeEntry(out, tensor, offset);
            }
            out.writeEndObject();
        }
        while (json.size() % ALIGNMENT != 0) {
            json.write(' ');
        }
        byte[] bytes = json.toByteArray();
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putLong(0, bytes.length - Long.BYTES);
        return bytes;
    }

    private static long writeEntry(JsonGenerator out, TensorSource tensor, long offset) throws IOException {
        out.writeObjectFieldStart(tensor.name());
        out.writeStringField("dtype", tensor.dtype().name());
        writeNumbers(out, "shape", IntStream.of(tensor.shape().dims()).asLongStream().toArray());
        writeNumbers(out, "data_offsets", offset, offset + tensor.bytes());
        out.writeEndObject();
        return offset + tensor.bytes();
    }

    private static void writeNumbers(JsonGenerator out, String key, long... numbers) throws IOException {
        out.writeFieldName(key);
        out.writeArray(numbers, 0, numbers.length);
    }
}
