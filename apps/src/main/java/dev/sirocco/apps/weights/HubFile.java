package dev.sirocco.apps.weights;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.function.LongConsumer;

/**
 * A file of a model, as the hub lists it.
 *
 * @param name its path within the model, with {@code /} between folders
 * @param size in bytes
 * @param hash in hexadecimal
 */
record HubFile(String name, long size, Hash kind, String hash) {

    private static final int BUFFER_BYTES = 1 << 18;

    /** What a hash is of. */
    enum Hash {
        /** The content: files in Git's large file storage. */
        SHA_256("SHA-256", 64),
        /** Git's own, of "blob", the size and the content: all others. */
        GIT_BLOB("SHA-1", 40);

        private final String algorithm;
        private final int letters;

        Hash(String algorithm, int letters) {
            this.algorithm = algorithm;
            this.letters = letters;
        }

        boolean fits(String hash) {
            return hash.matches("[0-9a-f]{" + letters + "}");
        }

        @Override
        public String toString() {
            return algorithm;
        }
    }

    /**
     * Whether this file is there, byte for byte.
     *
     * @param progress is told how many bytes were read so far
     */
    boolean isAt(Path path, LongConsumer progress) throws IOException {
        if (!Files.isRegularFile(path)) {
            return false;
        }
        try (FileChannel content = FileChannel.open(path)) {
            return is(content, progress);
        }
    }

    /** As {@link #isAt}, of an open file. */
    boolean is(FileChannel content, LongConsumer progress) throws IOException {
        return content.size() == size && hash(content, progress).equals(hash);
    }

    private String hash(FileChannel content, LongConsumer progress) throws IOException {
        MessageDigest digest = digest();
        if (kind == Hash.GIT_BLOB) {
            digest.update(("blob " + size + "\0").getBytes(StandardCharsets.US_ASCII));
        }
        ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES);
        long done = 0;
        while (content.read(buffer, done) >= 0) {
            done += buffer.flip().remaining();
            digest.update(buffer);
            buffer.clear();
            progress.accept(done);
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    private MessageDigest digest() {
        try {
            return MessageDigest.getInstance(kind.algorithm);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
