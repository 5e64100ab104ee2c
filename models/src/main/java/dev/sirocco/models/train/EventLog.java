package dev.sirocco.models.train;

import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.CRC32C;

/**
 * Scalars for TensorBoard. An event file is a row of TFRecords: length (8 bytes), its checksum, data, its checksum
 * (4 bytes each). The data is a protobuf: Event {wall_time = 1, step = 2, file_version = 3, summary = 5}, Summary
 * {value = 1}, Value {tag = 1, simple_value = 2}.
 */
final class EventLog implements Closeable {

    private final OutputStream out;

    EventLog(Path directory) {
        long now = System.currentTimeMillis();
        try {
            Files.createDirectories(directory);
            out = Files.newOutputStream(directory.resolve("events.out.tfevents.%010d.%d.sirocco"
                    .formatted(now / 1000, ProcessHandle.current().pid())));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        write(event(0).put((byte) (3 << 3 | 2)).put(text("brain.Event:2")));
    }

    void scalar(String tag, long step, double value) {
        ByteBuffer number = buffer(64 + tag.length() * 4)
                .put((byte) (1 << 3 | 2)).put(text(tag)).put((byte) (2 << 3 | 5)).putFloat((float) value).flip();
        ByteBuffer summary = buffer(number.remaining() + 16).put((byte) (1 << 3 | 2)).put(sized(number)).flip();
        write(event(step).put((byte) (5 << 3 | 2)).put(sized(summary)));
    }

    private static ByteBuffer event(long step) {
        ByteBuffer b = buffer(1024).put((byte) (1 << 3 | 1)).putDouble(System.currentTimeMillis() / 1000.0);
        return b.put((byte) (2 << 3)).put(varint(step));
    }

    private static ByteBuffer text(String s) {
        return sized(ByteBuffer.wrap(s.getBytes(StandardCharsets.UTF_8)));
    }

    private static ByteBuffer sized(ByteBuffer content) {
        return buffer(content.remaining() + 10).put(varint(content.remaining())).put(content).flip();
    }

    /** Seven bits a byte, the lowest first; the highest bit says that more follow. */
    private static ByteBuffer varint(long value) {
        ByteBuffer b = buffer(10);
        long rest = value;
        while ((rest & ~0x7fL) != 0) {
            b.put((byte) (rest & 0x7f | 0x80));
            rest >>>= 7;
        }
        return b.put((byte) rest).flip();
    }

    private void write(ByteBuffer event) {
        event.flip();
        ByteBuffer length = buffer(8).putLong(event.remaining()).flip();
        ByteBuffer record = buffer(16 + event.remaining())
                .put(length.duplicate()).putInt(checksum(length)).put(event.duplicate()).putInt(checksum(event));
        try {
            out.write(record.array(), 0, record.position());
            out.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** TFRecord's masked CRC32C. */
    private static int checksum(ByteBuffer data) {
        CRC32C crc = new CRC32C();
        crc.update(data.duplicate());
        return Integer.rotateRight((int) crc.getValue(), 15) + 0xa282ead8;
    }

    private static ByteBuffer buffer(int bytes) {
        return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    @Override
    public void close() {
        try {
            out.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
