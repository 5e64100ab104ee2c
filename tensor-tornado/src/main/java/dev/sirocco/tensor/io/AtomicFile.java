package dev.sirocco.tensor.io;

import dev.sirocco.tensor.ir.UserError;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/**
 * Files that are written completely or not at all: whoever reads the path finds the old content or the new, even after a
 * power failure.
 */
public final class AtomicFile {

    /** Writes the content. */
    @FunctionalInterface
    public interface Content {
        void writeTo(WritableByteChannel channel) throws IOException;
    }

    private AtomicFile() {}

    /**
     * Writes to a temporary file in the same directory, which then takes the place of the old one.
     *
     * @throws UserError if that fails, of a full disk say; the old file is as it was and the temporary one is removed
     */
    public static void write(Path path, Content content) {
        Path absolute = path.toAbsolutePath();
        Path temporary = absolute.resolveSibling(
                "." + absolute.getFileName() + "." + Long.toHexString(System.nanoTime()) + ".tmp");
        try {
            try (FileChannel channel = FileChannel.open(temporary,
                    StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
                content.writeTo(channel);
                channel.force(true);
            }
            Files.move(temporary, absolute, StandardCopyOption.ATOMIC_MOVE);
            syncDirectory(absolute.getParent());
        } catch (IOException e) {
            throw new UserError("cannot write " + path + ": " + reason(e)
                    + "; check that its directory exists and is writable, and that the disk is not full", e);
        } finally {
            removeIfLeft(temporary);
        }
    }

    /** As the longer form, for content that is in memory. */
    public static void write(Path path, byte[] content) {
        write(path, channel -> {
            ByteBuffer rest = ByteBuffer.wrap(content);
            while (rest.hasRemaining()) {
                channel.write(rest);
            }
        });
    }

    private static void syncDirectory(Path directory) {
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        } catch (IOException _) {
            // Windows does not open directories; the file itself is safe.
        }
    }

    private static void removeIfLeft(Path temporary) {
        try {
            Files.deleteIfExists(temporary);
        } catch (IOException _) {
            // The first failure is the one to report.
        }
    }

    /** Why it failed, in one line: the JDK's messages of file system exceptions are often a path alone. */
    static String reason(IOException e) {
        String name = e.getClass().getSimpleName().replaceAll("Exception$", "").replaceAll("(?<=[a-z])(?=[A-Z])", " ");
        String what = e.getClass() == IOException.class ? "" : name.toLowerCase() + " ";
        return (what + e.getMessage()).lines().findFirst().orElse(name);
    }
}
