package dev.sirocco.text;

import dev.sirocco.tensor.ir.UserError;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.IntConsumer;

/**
 * A text to train on: one or several UTF-8 files, end to end. It is kept as UTF-8, once, and read in place: a corpus of
 * English costs one byte a character, its {@linkplain #encode encoding} four more, and a {@linkplain #split split}
 * nothing. Immutable. The limit is 2 GiB of UTF-8.
 */
public final class Corpus {

    /** What happens to the line ends of a file. */
    public enum LineEnds {
        /** {@code \r\n} and {@code \r} stay as they are: the model will see, and write, both characters. */
        KEEP,
        /** {@code \r\n} and a lone {@code \r} become {@code \n}, as in Python's text mode. */
        NORMALISE
    }

    /** The two parts of a corpus, in the order of the text. */
    public record Split(Corpus train, Corpus validation) {}

    private static final int MAX_BYTES = Integer.MAX_VALUE - 8;
    private static final int READ = 1 << 20;

    private final byte[] utf8;
    private final int from;
    private final int to;
    private final int codePoints;

    private Corpus(byte[] utf8, int from, int to) {
        this.utf8 = utf8;
        this.from = from;
        this.to = to;
        this.codePoints = Utf8.codePoints(utf8, from, to);
    }

    /** A corpus of {@code text} as it is. Throws {@link UserError} if it is empty or holds half a surrogate pair. */
    public static Corpus of(String text) {
        if (text.isEmpty()) {
            throw new UserError("the text is empty: give at least one character");
        }
        for (int i = 0, cp; i < text.length(); i += Character.charCount(cp)) {
            cp = text.codePointAt(i);
            if (CharTokenizer.isSurrogate(cp)) {
                throw new UserError("the text holds half a surrogate pair (U+%04X) at char %d: remove it"
                        .formatted(cp, i));
            }
        }
        return ofUtf8(text.getBytes(StandardCharsets.UTF_8));
    }

    /** A corpus of bytes that are known to be valid UTF-8 and are given away by the caller. */
    static Corpus ofUtf8(byte[] utf8) {
        return new Corpus(utf8, 0, utf8.length);
    }

    /** Reads files with {@link LineEnds#NORMALISE}. See {@link #read(List, LineEnds)}. */
    public static Corpus read(Path... files) {
        return read(List.of(files), LineEnds.NORMALISE);
    }

    /**
     * Reads files and puts them end to end as {@code cat} does, with nothing in between. A byte order mark at the start
     * of a file is dropped.
     *
     * @throws UserError with one line that names the file and what to do, if one is missing, a folder, unreadable,
     *     empty, not UTF-8, or holds NULs; or if all together are above 2 GiB
     */
    public static Corpus read(List<Path> files, LineEnds lineEnds) {
        if (files.isEmpty()) {
            throw new UserError("no text file was named: give at least one");
        }
        long total = 0;
        for (Path file : files) {
            total += sizeOf(file);
        }
        if (total > MAX_BYTES) {
            throw new UserError("%s: %,d bytes of text in all are above the limit of 2 GiB: train on a part of it"
                    .formatted(files.size() == 1 ? files.getFirst() : files.size() + " files", total));
        }
        byte[] utf8 = new byte[(int) total];
        int end = 0;
        for (Path file : files) {
            end = append(file, utf8, end, lineEnds);
        }
        return new Corpus(utf8, 0, end);
    }

    private static long sizeOf(Path file) {
        if (!Files.exists(file)) {
            throw new UserError(file + ": no such file: check the path of the text");
        }
        if (Files.isDirectory(file)) {
            throw new UserError(file + " is a folder, not a text file: name the file(s) in it");
        }
        if (!Files.isRegularFile(file)) {
            throw new UserError(file + " is not an ordinary file: save the text to a file and name that");
        }
        try {
            long size = Files.size(file);
            if (size == 0) {
                throw empty(file);
            }
            return size;
        } catch (IOException e) {
            throw unreadable(file, e);
        }
    }

    /**
     * Reads a file into {@code utf8} at {@code start}, checks it and settles its line ends in place; returns its end.
     */
    private static int append(Path file, byte[] utf8, int start, LineEnds lineEnds) {
        int end = start;
        try (InputStream in = Files.newInputStream(file)) {
            for (int n; end < utf8.length && (n = in.read(utf8, end, Math.min(READ, utf8.length - end))) >= 0; ) {
                end += n;
            }
        } catch (IOException e) {
            throw unreadable(file, e);
        }
        check(file, utf8, start, end);
        int read = start;
        if (end - start >= 3 && utf8[start] == (byte) 0xEF && utf8[start + 1] == (byte) 0xBB
                && utf8[start + 2] == (byte) 0xBF) {
            read += 3;
        }
        if (read == end) {
            throw empty(file);
        }
        if (lineEnds == LineEnds.KEEP) {
            System.arraycopy(utf8, read, utf8, start, end - read);
            return start + end - read;
        }
        int write = start;
        while (read < end) {
            byte b = utf8[read++];
            if (b == '\r') {
                b = '\n';
                if (read < end && utf8[read] == '\n') {
                    read++;
                }
            }
            utf8[write++] = b;
        }
        return write;
    }

    private static void check(Path file, byte[] utf8, int start, int end) {
        if (end - start >= 2) {
            int mark = (utf8[start] & 0xFF) << 8 | utf8[start + 1] & 0xFF;
            if (mark == 0xFFFE || mark == 0xFEFF) {
                throw new UserError(file + " is UTF-16, not UTF-8: convert it, for example with iconv -f UTF-16 "
                        + "-t UTF-8");
            }
        }
        for (int i = start; i < end; i++) {
            if (utf8[i] == 0) {
                throw new UserError("%s is not a text file (a NUL at byte %,d): give plain text in UTF-8"
                        .formatted(file, i - start));
            }
        }
        int wrong = Utf8.firstInvalid(utf8, start, end);
        if (wrong >= 0) {
            int line = 1;
            for (int i = start; i < wrong; i++) {
                line += utf8[i] == '\n' ? 1 : 0;
            }
            throw new UserError(("%s is not valid UTF-8 (byte %,d, line %,d): if it is text in another encoding, "
                    + "convert it, for example with iconv -f ISO-8859-1 -t UTF-8")
                    .formatted(file, wrong - start, line));
        }
    }

    private static UserError empty(Path file) {
        return new UserError(file + " is empty: give a file with text in it");
    }

    private static UserError unreadable(Path file, IOException e) {
        return new UserError(e instanceof AccessDeniedException
                ? file + " may not be read: check its permissions"
                : file + " cannot be read (" + e.getMessage() + "): check the file and its disk");
    }

    /** Length in code points, the characters of {@link CharTokenizer}. */
    public int codePoints() {
        return codePoints;
    }

    /** Length in bytes of UTF-8. */
    public int utf8Bytes() {
        return to - from;
    }

    /** The whole text as a String: a copy of 1 to 2 bytes a character, so for small corpora. */
    public String text() {
        return new String(utf8, from, to - from, StandardCharsets.UTF_8);
    }

    /** A reader over the text, without copying it. */
    public Reader reader() {
        return new InputStreamReader(new ByteArrayInputStream(utf8, from, to - from), StandardCharsets.UTF_8);
    }

    /** Gives every code point to {@code consumer}, in order. */
    public void forEachCodePoint(IntConsumer consumer) {
        for (int i = from; i < to; ) {
            int codePoint = Utf8.codePointAt(utf8, i);
            consumer.accept(codePoint);
            i += Utf8.length(codePoint);
        }
    }

    /**
     * Splits into the first {@code trainFraction} of the code points and the rest: nanoGPT's rule,
     * {@code train = data[:int(n * fraction)]}.
     *
     * @param trainFraction in (0, 1), customarily 0.9
     * @throws UserError if the fraction is out of range or the text is so short that a part would be empty
     */
    public Split split(double trainFraction) {
        if (!(trainFraction > 0 && trainFraction < 1)) {
            throw new UserError("training fraction " + trainFraction + " is not between 0 and 1: take 0.9, say");
        }
        int train = (int) (codePoints * trainFraction);
        if (train == 0 || train == codePoints) {
            throw new UserError("a text of %d character(s) is too short to be split at %s: give a longer text"
                    .formatted(codePoints, trainFraction));
        }
        int middle = Utf8.skip(utf8, from, to, train);
        return new Split(new Corpus(utf8, from, middle), new Corpus(utf8, middle, to));
    }

    /**
     * The text as token ids, one a code point: 4 bytes each.
     *
     * @throws UnknownCharacters if the text holds characters that the tokeniser's vocabulary lacks
     */
    public int[] encode(CharTokenizer tokenizer) {
        int[] encoded = new int[codePoints];
        Set<Integer> unknown = new LinkedHashSet<>();
        for (int i = from, n = 0; i < to; n++) {
            int codePoint = Utf8.codePointAt(utf8, i);
            int id = tokenizer.id(codePoint);
            if (id < 0) {
                unknown.add(codePoint);
            }
            encoded[n] = id;
            i += Utf8.length(codePoint);
        }
        if (!unknown.isEmpty()) {
            throw tokenizer.unknown(unknown, null);
        }
        return encoded;
    }

    @Override
    public String toString() {
        return "Corpus[%,d code points, %,d bytes]".formatted(codePoints, utf8Bytes());
    }
}
