package dev.sirocco.vision;

import dev.sirocco.tensor.ir.UserError;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;

/**
 * Reads the files of MNIST and of what followed it. An IDX file (LeCun, Cortes, Burges, "The MNIST database of
 * handwritten digits") is: two bytes 0, the type (8 for unsigned bytes), the number of dimensions, each dimension as a
 * big-endian int, then the values. Compressed or not: the content tells.
 */
public final class Idx {

    /** The classes of MNIST (LeCun et al. 1998). */
    public static final List<String> DIGITS =
            List.of("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine");

    /** The classes of Fashion-MNIST (Xiao, Rasul and Vollgraf 2017, table 2). */
    public static final List<String> FASHION = List.of("t-shirt", "trouser", "pullover", "dress", "coat", "sandal",
            "shirt", "sneaker", "bag", "ankle boot");

    private static final int UNSIGNED_BYTES = 8;
    private static final int GZIP_MAGIC = 0x1F8B;
    private static final long MOST_BYTES = 1L << 30;

    private Idx() {}

    /**
     * The training or the test part of a folder with files of the usual names: {@code train-images-idx3-ubyte},
     * {@code t10k-labels-idx1-ubyte.gz} and so on.
     *
     * @throws UserError if a file is missing or damaged, or a label has no class
     */
    public static LabelledPictures readFolder(Path folder, boolean isTraining, List<String> classes) {
        String part = isTraining ? "train" : "t10k";
        return read(find(folder, part + "-images"), find(folder, part + "-labels"), classes);
    }

    private static Path find(Path folder, String prefix) {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(f -> f.getFileName().toString().startsWith(prefix)).min(Path::compareTo)
                    .orElseThrow(() -> new UserError(folder + " has no " + prefix
                            + "…-ubyte: name the folder with the four IDX files"));
        } catch (IOException e) {
            throw new UserError(folder + " is not a folder that can be read: name the one with the four IDX files", e);
        }
    }

    /** @throws UserError if a file is missing or damaged, the two do not belong together, or a label has no class */
    public static LabelledPictures read(Path images, Path labels, List<String> classes) {
        List<Picture> pictures = pictures(images);
        int[] numbers = labels(labels);
        if (pictures.size() != numbers.length) {
            throw new UserError(images + " has " + pictures.size() + " pictures and " + labels + " " + numbers.length
                    + " labels: they do not belong together");
        }
        for (int number : numbers) {
            if (number >= classes.size()) {
                throw new UserError(labels + " has a label " + number + ", and there are " + classes.size()
                        + " classes");
            }
        }
        return new LabelledPictures(pictures, numbers, classes);
    }

    /** Grey pictures of one size. @throws UserError if the file is missing or damaged */
    public static List<Picture> pictures(Path file) {
        return read(file, 3, (in, sizes) -> {
            List<Picture> pictures = new ArrayList<>();
            for (int i = 0; i < sizes[0]; i++) {
                pictures.add(new Picture(sizes[2], sizes[1], 1, exactly(in, sizes[1] * sizes[2])));
            }
            return pictures;
        });
    }

    /** Numbers from 0 to 255. @throws UserError if the file is missing or damaged */
    public static int[] labels(Path file) {
        return read(file, 1, (in, sizes) -> {
            byte[] bytes = exactly(in, sizes[0]);
            int[] labels = new int[bytes.length];
            for (int i = 0; i < labels.length; i++) {
                labels[i] = bytes[i] & 0xFF;
            }
            return labels;
        });
    }

    /** Reads what comes after the header. */
    private interface Content<T> {
        T read(InputStream in, int[] sizes) throws IOException;
    }

    private static <T> T read(Path file, int dimensions, Content<T> content) {
        try (InputStream raw = new BufferedInputStream(Files.newInputStream(file));
             DataInputStream in = new DataInputStream(isGzip(raw) ? new BufferedInputStream(new GZIPInputStream(raw))
                     : raw)) {
            int[] sizes = sizes(in, dimensions);
            if (sizes == null) {
                throw new UserError(file + " is not an IDX file of unsigned bytes in " + dimensions
                        + (dimensions == 1 ? " dimension" : " dimensions"));
            }
            T read = content.read(in, sizes);
            if (in.read() >= 0) {
                throw new UserError(file + " is damaged, it is longer than it says: get it again");
            }
            return read;
        } catch (NoSuchFileException e) {
            throw new UserError(file + ": no such file", e);
        } catch (EOFException e) {
            throw new UserError(file + " is damaged, it ends early: get it again", e);
        } catch (IOException e) {
            throw new UserError(file + " cannot be read (" + e.getMessage() + "): check the file and its permissions",
                    e);
        }
    }

    /** The sizes of the dimensions; null if it is another kind of file. */
    private static int[] sizes(DataInputStream in, int dimensions) throws IOException {
        if (in.readInt() != (UNSIGNED_BYTES << 8 | dimensions)) {
            return null;
        }
        int[] sizes = new int[dimensions];
        long bytes = 1;
        for (int i = 0; i < dimensions; i++) {
            sizes[i] = in.readInt();
            if (sizes[i] < 1 || (bytes *= sizes[i]) > MOST_BYTES) {
                return null;
            }
        }
        return sizes;
    }

    private static boolean isGzip(InputStream in) throws IOException {
        in.mark(2);
        int magic = in.read() << 8 | in.read();
        in.reset();
        return magic == GZIP_MAGIC;
    }

    private static byte[] exactly(InputStream in, int length) throws IOException {
        byte[] bytes = in.readNBytes(length);
        if (bytes.length < length) {
            throw new EOFException();
        }
        return bytes;
    }
}
