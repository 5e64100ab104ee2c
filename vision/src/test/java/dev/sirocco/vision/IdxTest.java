package dev.sirocco.vision;

import static dev.sirocco.vision.PictureTest.assertOneLine;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IdxTest {

    /** Three pictures, 2 high and 3 wide. */
    private static final byte[] IMAGES = {0, 0, 8, 3, 0, 0, 0, 3, 0, 0, 0, 2, 0, 0, 0, 3,
        1, 2, 3, 4, 5, 6, 11, 12, 13, 14, 15, 16, 21, 22, 23, 24, 25, (byte) 255};
    private static final byte[] LABELS = {0, 0, 8, 1, 0, 0, 0, 3, 7, 0, 9};

    @TempDir
    private Path folder;
    private Path images;
    private Path labels;

    @BeforeEach
    void write() throws IOException {
        images = Files.write(folder.resolve("train-images-idx3-ubyte"), IMAGES);
        labels = Files.write(folder.resolve("train-labels-idx1-ubyte.gz"), gzip(LABELS));
    }

    @Test
    void readsPicturesAndLabels() {
        LabelledPictures data = Idx.readFolder(folder, true, Idx.DIGITS);
        assertEquals(3, data.size());
        assertArrayEquals(new int[] {7, 0, 9}, data.labels());
        assertEquals(new Picture(3, 2, 1, new byte[] {21, 22, 23, 24, 25, (byte) 255}), data.pictures().get(2));
    }

    @Test
    void filesCutOffAreRefused() throws IOException {
        for (int length : new int[] {0, 3, 10, 16, IMAGES.length - 1}) {
            Files.write(images, Arrays.copyOf(IMAGES, length));
            assertOneLine(() -> Idx.pictures(images));
        }
        byte[] zipped = gzip(LABELS);
        Files.write(labels, Arrays.copyOf(zipped, zipped.length - 9));
        assertOneLine(() -> Idx.labels(labels));
        Files.write(labels, new byte[] {0x1F, (byte) 0x8B, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10});
        assertOneLine(() -> Idx.labels(labels));
    }

    @Test
    void otherFilesAreRefused() throws IOException {
        assertOneLine(() -> Idx.labels(images));
        assertOneLine(() -> Idx.pictures(labels));
        assertOneLine(() -> Idx.pictures(folder.resolve("none")));
        assertOneLine(() -> Idx.readFolder(folder, false, Idx.DIGITS));
        assertOneLine(() -> Idx.readFolder(folder.resolve("none"), false, Idx.DIGITS));
        Files.write(images, Arrays.copyOf(IMAGES, IMAGES.length + 1));
        assertOneLine(() -> Idx.pictures(images));
        byte[] huge = IMAGES.clone();
        Arrays.fill(huge, 4, 16, (byte) 0x7F);
        Files.write(images, huge);
        assertOneLine(() -> Idx.pictures(images));
    }

    @Test
    void labelsMustFit() throws IOException {
        assertOneLine(() -> Idx.readFolder(folder, true, List.of("zero", "one")));
        Files.write(labels, new byte[] {0, 0, 8, 1, 0, 0, 0, 2, 7, 0});
        assertOneLine(() -> Idx.readFolder(folder, true, Idx.DIGITS));
    }

    private static byte[] gzip(byte[] bytes) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
            gzip.write(bytes);
        }
        return out.toByteArray();
    }
}
