package dev.sirocco.apps.weights;

import dev.sirocco.tensor.ir.UserError;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpHeaders;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One file on its way here. What has come lies beside the target, in a hidden {@code .part} file named after the hash
 * that the whole must have, so that only the same content is ever gone on with. It takes the target's name when it is
 * whole and right.
 */
final class Download {

    private static final Pattern CONTENT_RANGE = Pattern.compile("bytes (\\d{1,18})-\\d+/(\\d{1,18}|\\*)");
    private static final int HASH_LETTERS = 16;

    private final Web web;
    private final URI from;
    private final HubFile file;
    private final Path target;
    private final Path part;
    private final ByteProgress progress;
    private final Consumer<String> say;
    private long have;
    private boolean isPieced;

    /** @param say takes lines for a person */
    Download(Web web, URI from, HubFile file, Path target, ByteProgress progress, Consumer<String> say) {
        this.web = web;
        this.from = from;
        this.file = file;
        this.target = target;
        this.progress = progress;
        this.say = say;
        part = target.resolveSibling(
                "." + target.getFileName() + "." + file.hash().substring(0, HASH_LETTERS) + ".part");
    }

    HubFile file() {
        return file;
    }

    /** The bytes that have not come in earlier runs. */
    long left() throws IOException {
        return Files.exists(part) ? Math.max(0, file.size() - Files.size(part)) : file.size();
    }

    /**
     * Gets the file, or its rest.
     *
     * @throws UserError if it cannot be had, or is not what the hub lists
     * @throws IOException if it cannot be written
     */
    void run() throws IOException {
        Files.createDirectories(target.getParent());
        progress.begin(file.name(), file.size() - left(), file.size());
        boolean isRight;
        try (FileChannel out = FileChannel.open(part, StandardOpenOption.CREATE, StandardOpenOption.READ,
                     StandardOpenOption.WRITE);
             FileLock lock = out.tryLock()) {
            if (lock == null) {
                throw new UserError(file.name() + " is being fetched by another process");
            }
            have = out.size();
            isPieced = have > 0;
            fetch(out);
            isRight = file.is(out, _ -> {});
            if (!isRight && isPieced) {
                say.accept(file.name() + ": its pieces do not fit together; from the beginning");
                empty(out);
                fetch(out);
                isRight = file.is(out, _ -> {});
            }
            out.force(true);
        }
        if (!isRight) {
            Files.delete(part);
            throw new UserError("%s is not what the hub lists, by its %s, and was deleted: try again later"
                    .formatted(file.name(), file.kind()));
        }
        Files.move(part, target, StandardCopyOption.ATOMIC_MOVE);
    }

    private void fetch(FileChannel out) throws IOException {
        web.patience().keepTrying(() -> fetchRest(out), () -> have, line -> say.accept(file.name() + ": " + line));
    }

    /** One try. What comes is kept, however far it gets. */
    private Void fetchRest(FileChannel out) throws IOException {
        if (have > file.size()) {
            empty(out);
        }
        if (have == file.size()) {
            return null;
        }
        HttpResponse<ResponseBody> response = web.get(from, have);
        try (ResponseBody body = response.body()) {
            begin(response.statusCode(), response.headers(), out);
            for (Optional<List<ByteBuffer>> piece = body.next(); piece.isPresent(); piece = body.next()) {
                for (ByteBuffer bytes : piece.get()) {
                    write(bytes, out);
                }
            }
        }
        if (have < file.size()) {
            throw new BrokenConnection("it ended after %,d of %,d bytes".formatted(have, file.size()));
        }
        return null;
    }

    /** Sees to it that the body goes on where the file ends. */
    private void begin(int status, HttpHeaders headers, FileChannel out) throws IOException {
        if (status == 206) {
            Matcher range = CONTENT_RANGE.matcher(headers.firstValue("Content-Range").orElse(""));
            if (!range.matches() || Long.parseLong(range.group(1)) != have) {
                empty(out);
                throw new BrokenConnection("the host answered with another part than it was asked for");
            }
            if (!range.group(2).equals("*")) {
                requireSize(Long.parseLong(range.group(2)));
            }
            isPieced = have > 0;
        } else if (status == 200) {
            headers.firstValue("Content-Length").filter(length -> length.matches("\\d{1,18}"))
                    .ifPresent(length -> requireSize(Long.parseLong(length)));
            empty(out);
            isPieced = false;
        } else {
            empty(out);
            throw new BrokenConnection("the host has no such part");
        }
    }

    private void requireSize(long size) {
        if (size != file.size()) {
            throw new UserError("%s has %,d bytes where the hub lists %,d: it changed, or the host is confused"
                    .formatted(file.name(), size, file.size()));
        }
    }

    private void write(ByteBuffer bytes, FileChannel out) throws IOException {
        if (bytes.remaining() > file.size() - have) {
            empty(out);
            throw new UserError("%s does not end after the %,d bytes that the hub lists"
                    .formatted(file.name(), file.size()));
        }
        while (bytes.hasRemaining()) {
            have += out.write(bytes, have);
        }
        progress.at(have);
    }

    private void empty(FileChannel out) throws IOException {
        out.truncate(0);
        have = 0;
    }
}
