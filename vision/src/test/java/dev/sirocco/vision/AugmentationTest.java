package dev.sirocco.vision;

import static dev.sirocco.vision.PictureTest.noise;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** {@link Augmentation} and {@link Batches}. */
class AugmentationTest {

    private static final Augmentation ALL = new Augmentation(2, 10, 0.1, true, 17);

    @Test
    void theSameNumberGivesTheSamePicture() {
        Picture picture = noise(13, 17, 3, 1);
        assertEquals(ALL.apply(picture, 5), ALL.apply(picture, 5));
        assertNotEquals(ALL.apply(picture, 5), ALL.apply(picture, 6));
        assertNotEquals(ALL.apply(picture, 5), new Augmentation(2, 10, 0.1, true, 18).apply(picture, 5));
        assertEquals(picture, Augmentation.NONE.apply(picture, 5));
    }

    @Test
    void shiftsAreWholePixelsInAllDirections() {
        byte[] dot = new byte[49];
        dot[24] = (byte) 255;
        Picture picture = new Picture(7, 7, 1, dot);
        Set<Integer> places = new HashSet<>();
        for (int sample = 0; sample < 400; sample++) {
            byte[] pixels = new Augmentation(1, 0, 0, false, 3).apply(picture, sample).pixels();
            int[] set = IntStream.range(0, 49).filter(i -> pixels[i] != 0).toArray();
            assertEquals(1, set.length);
            assertEquals((byte) 255, pixels[set[0]]);
            places.add(set[0]);
        }
        assertEquals(Set.of(16, 17, 18, 23, 24, 25, 30, 31, 32), places);
    }

    @Test
    void halfAreMirroredWhenFlipIsAllThereIs() {
        Picture picture = noise(5, 4, 3, 2);
        Augmentation flip = new Augmentation(0, 0, 0, true, 4);
        long mirrored = IntStream.range(0, 1000).filter(i -> flip.apply(picture, i).equals(picture.flipped())).count();
        assertEquals(500, mirrored, 80);
    }

    @Test
    void edgesContinueAndAlphaComesInTransparent() {
        for (int sample = 0; sample < 20; sample++) {
            assertEquals(Picture.filled(9, 8, 0x123456), ALL.apply(Picture.filled(9, 8, 0x123456), sample));
        }
        byte[] opaque = new byte[4 * 64];
        Arrays.fill(opaque, (byte) 200);
        Picture shifted = new Augmentation(0, 0, 0.5, false, 1).apply(new Picture(8, 8, 4, opaque), 2);
        for (int i = 0; i < 64; i++) {
            int alpha = shifted.pixels()[4 * i + 3] & 0xFF;
            assertTrue(alpha < 8 || Math.abs((shifted.pixels()[4 * i] & 0xFF) - 200) < 16,
                    "colour bleeds at alpha " + alpha);
        }
    }

    @Test
    void aRotationTurnsAboutTheMiddle() {
        Picture picture = noise(5, 5, 1, 3);
        Picture turned = picture.warped(new double[] {0, -1, 4, 1, 0, 0});
        for (int y = 0; y < 5; y++) {
            for (int x = 0; x < 5; x++) {
                assertEquals(picture.pixels()[5 * y + x], turned.pixels()[5 * x + 4 - y]);
            }
        }
    }

    // ---- batches ----------------------------------------------------------------------------------------------------

    private static List<Picture> numbered(int count) {
        return IntStream.range(0, count).mapToObj(i -> Picture.filled(3, 2, i * 0x010101)).toList();
    }

    @Test
    void anEpochHasEveryPictureOnce() {
        try (Batches batches = new Batches(numbered(13), 5, Augmentation.NONE, 1)) {
            List<Integer> seen = new ArrayList<>();
            for (int step = 0; step < 13; step++) {
                Batches.Batch batch = batches.at(step);
                for (int i = 0; i < 5; i++) {
                    seen.add(batch.indices()[i]);
                    assertEquals(numbered(13).get(batch.indices()[i]), Picture.of(batch.pixels(), i * 18, 3, 2, 3));
                }
            }
            List<Integer> sorted = IntStream.range(0, 13).boxed().toList();
            for (int epoch = 0; epoch < 5; epoch++) {
                assertEquals(sorted, seen.subList(13 * epoch, 13 * epoch + 13).stream().sorted().toList());
            }
            assertNotEquals(seen.subList(0, 13), seen.subList(13, 26));
        }
    }

    @Test
    void aBatchDependsOnItsStepOnly() {
        List<Picture> pictures = IntStream.range(0, 13).mapToObj(i -> noise(7, 8, 3, i)).toList();
        try (Batches inOrder = new Batches(pictures, 4, ALL, 2); Batches jumping = new Batches(pictures, 4, ALL, 2)) {
            for (int step = 0; step < 8; step++) {
                inOrder.at(step);
            }
            Batches.Batch expected = inOrder.at(8);
            jumping.at(3);
            Batches.Batch batch = jumping.at(8);
            assertArrayEquals(expected.indices(), batch.indices());
            assertArrayEquals(expected.pixels(), batch.pixels());
        }
    }

    @Test
    void aBatchStaysWhileTheNextIsMade() {
        try (Batches batches = new Batches(numbered(64), 8, Augmentation.NONE, 3)) {
            Batches.Batch batch = batches.at(0);
            for (int step = 1; step < 50; step++) {
                for (int i = 0; i < 8; i++) {        // while the next one is written
                    assertEquals(numbered(64).get(batch.indices()[i]), Picture.of(batch.pixels(), i * 18, 3, 2, 3));
                }
                batch = batches.at(step);
            }
        }
    }

    @Test
    void picturesOfSeveralSizesAreRefused() {
        assertThrows(IllegalArgumentException.class,
                () -> new Batches(List.of(noise(3, 3, 3, 1), noise(3, 4, 3, 1)), 2, ALL, 1));
    }
}
