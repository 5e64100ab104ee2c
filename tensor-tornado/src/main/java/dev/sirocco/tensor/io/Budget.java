package dev.sirocco.tensor.io;

import java.nio.file.Path;

/** The memory that reading a file's structure may take: what the file itself takes, and 32 MiB for the small ones. */
final class Budget {

    private static final long BASE = 1 << 25;

    private final Path file;
    private long left;

    Budget(Path file, long fileBytes) {
        this.file = file;
        this.left = BASE + fileBytes;
    }

    /** Takes so much, at least; refuses the file if it is no longer there. */
    void charge(long bytes) {
        left -= bytes;
        if (left < 0) {
            throw TensorFileJson.damaged(file, "what it holds besides tensors would take more memory than the file");
        }
    }
}
