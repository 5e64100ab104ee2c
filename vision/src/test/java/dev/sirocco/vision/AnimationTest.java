package dev.sirocco.vision;

import static dev.sirocco.vision.PictureTest.assertOneLine;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.bytedeco.javacv.FFmpegFrameGrabber;
import org.bytedeco.javacv.Frame;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@link Animation} and {@link Sheet}. */
class AnimationTest {

    private static final List<Picture> FRAMES = Stream.of(0xFF0000, 0x00FF00, 0x0000FF, 0xFFFFFF)
            .map(rgb -> Picture.filled(33, 20, rgb)).toList();

    @TempDir
    private Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"a.gif", "a.MP4"})
    void everyFrameComesBackInItsColour(String name) throws IOException {
        Path file = folder.resolve(name);
        Animation.write(file, FRAMES, 10);
        try (FFmpegFrameGrabber grabber = new FFmpegFrameGrabber(file.toFile())) {
            grabber.start();
            assertEquals(10, grabber.getFrameRate(), 0.1);
            int frames = 0;
            for (Frame frame = grabber.grabImage(); frame != null; frame = grabber.grabImage()) {
                byte[] blueGreenRed = new byte[3];
                ((ByteBuffer) frame.image[0]).get(5 * frame.imageStride + 15, blueGreenRed);
                byte[] expected = FRAMES.get(frames).pixels();
                for (int c = 0; c < 3; c++) {
                    assertEquals(expected[c] & 0xFF, blueGreenRed[2 - c] & 0xFF, 24);
                }
                frames++;
            }
            assertEquals(FRAMES.size(), frames);
        }
    }

    @Test
    void nothingIsLeftOfAFileThatCannotBeWritten() throws IOException {
        assertOneLine(() -> Animation.write(folder.resolve("a.avi"), FRAMES, 10));
        assertOneLine(() -> Animation.write(folder.resolve("none/a.gif"), FRAMES, 10));
        assertOneLine(() -> Animation.write(folder.resolve("none/a.mp4"), FRAMES, 10));
        try (Stream<Path> files = Files.list(folder)) {
            assertTrue(files.findAny().isEmpty());
        }
    }

    @Test
    void aSheetHasPicturesInRowsWithGaps() {
        Picture red = Picture.filled(2, 2, 0xFF0000);
        Picture grey = new Picture(1, 1, 1, new byte[] {7});
        Picture clear = new Picture(2, 2, 4, new byte[16]);
        Picture sheet = Sheet.of(List.of(red, clear, red, grey), 3, 1);
        assertEquals(10, sheet.width());
        assertEquals(7, sheet.height());
        assertEquals(red, sheet.cropped(1, 1, 2, 2));
        assertEquals(Picture.filled(2, 2, 0xFFFFFF), sheet.cropped(4, 1, 2, 2));
        assertEquals(red, sheet.cropped(7, 1, 2, 2));
        assertEquals(grey.rgb(), sheet.cropped(1, 4, 1, 1));
        assertEquals(Picture.filled(10, 1, 0xFFFFFF), sheet.cropped(0, 3, 10, 1));
    }
}
