package dev.sirocco.tensor.io;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sirocco.tensor.ir.DType;
import dev.sirocco.tensor.ir.Shape;
import dev.sirocco.tensor.ir.Storage;
import dev.sirocco.tensor.ir.UserError;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AtomicFileTest {

    @TempDir
    private Path dir;

    /** A disk that is full after some bytes, tried for every number of them, while an old checkpoint is there. */
    @Test
    void aFullDiskLeavesTheOldFile() throws IOException {
        Path path = dir.resolve("model.safetensors");
        Safetensors.write(path, Map.of("w", Storage.of(Shape.of(2), 1f, 2f)), Map.of());
        byte[] old = Files.readAllBytes(path);
        List<TensorSource> tensors = List.of(TensorSource.of("w", new Storage(DType.F32, Shape.of(30))),
                TensorSource.of("b", Storage.of(Shape.of(1), 7)));
        SafetensorsWriter writer = new SafetensorsWriter(tensors, Map.of("step", "2"));
        for (int room = 0; room < 300; room++) {
            FullDisk disk = new FullDisk(room);
            UserError e = assertThrows(UserError.class,
                    () -> AtomicFile.write(path, channel -> writer.writeTo(disk.over(channel))));
            assertTrue(e.getMessage().startsWith("cannot write " + path + ": No space left on device; "), e.getMessage());
            assertArrayEquals(old, Files.readAllBytes(path));
            assertEquals(List.of(path), files());
        }
    }

    /** An error that is not the disk's comes through, and leaves no more behind. */
    @Test
    void anyOtherFailure() {
        Path path = dir.resolve("a");
        assertThrows(ArithmeticException.class, () -> AtomicFile.write(path, _ -> {
            throw new ArithmeticException();
        }));
        assertEquals(List.of(), files());
    }

    @Test
    void replacesTheOldFile() throws IOException {
        Path path = Files.writeString(dir.resolve("a"), "old and longer");
        AtomicFile.write(path, channel -> channel.write(ByteBuffer.wrap("new".getBytes())));
        assertEquals("new", Files.readString(path));
        assertEquals(List.of(path), files());
    }

    /** A mapped checkpoint stays readable when it is written over, even with its own tensors. */
    @Test
    void aMappedFileCanBeReplaced() {
        Path path = dir.resolve("model.safetensors");
        Safetensors.write(path, Map.of("w", Storage.of(Shape.of(2), 1f, 2f)), Map.of());
        Storage mapped = Safetensors.open(path).get("w");
        Safetensors.write(path, Map.of("other", Storage.of(Shape.of(2), 3f, 4f), "w", mapped), Map.of());
        assertArrayEquals(new float[] {1, 2}, mapped.floats());
        assertArrayEquals(new float[] {1, 2}, Safetensors.open(path).get("w").floats());
    }

    @Test
    void placesThatCannotBeWritten() throws IOException {
        Path absent = dir.resolve("absent/a");
        assertThrows(UserError.class, () -> AtomicFile.write(absent, _ -> {}));
        Path directory = Files.createDirectories(dir.resolve("directory/with/content")).getParent();
        assertThrows(UserError.class, () -> AtomicFile.write(directory, _ -> {}));
        assertEquals(List.of(dir.resolve("directory")), files());
    }

    private List<Path> files() {
        try (Stream<Path> files = Files.list(dir)) {
            return files.toList();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Writes a few bytes and fails then, as a device without space does. */
    private static final class FullDisk {

        private int room;

        FullDisk(int room) {
            this.room = room;
        }

        WritableByteChannel over(WritableByteChannel channel) {
            return new WritableByteChannel() {
                @Override
                public int write(ByteBuffer bytes) throws IOException {
                    if (room == 0) {
                        throw new IOException("No space left on device");
                    }
                    ByteBuffer part = bytes.slice(bytes.position(), Math.min(room, bytes.remaining()));
                    int written = channel.write(part);
                    bytes.position(bytes.position() + written);
                    room -= written;
                    return written;
                }

                @Override
                public boolean isOpen() {
                    return channel.isOpen();
                }

                @Override
                public void close() throws IOException {
                    channel.close();
                }
            };
        }
    }
}
