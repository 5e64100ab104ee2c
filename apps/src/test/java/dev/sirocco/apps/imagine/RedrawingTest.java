package dev.sirocco.apps.imagine;

import static dev.sirocco.apps.Printed.assertRefused;
import static dev.sirocco.apps.Printed.wellBy;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sirocco.models.nn.Parameters;
import dev.sirocco.models.nn.Scope;
import dev.sirocco.models.train.Checkpoint;
import dev.sirocco.models.zoo.Taesd;
import dev.sirocco.tensor.exec.Executors;
import dev.sirocco.tensor.exec.Program;
import dev.sirocco.tensor.ir.DType;
import dev.sirocco.tensor.ir.Graph;
import dev.sirocco.vision.Picture;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RedrawingTest {

    private static final int SIZE = 16;
    private static final int WHITE = 0xFFFFFF;

    @TempDir
    private Path folder;

    private static void write(Parameters parameters, Path file) {
        Checkpoint.write(file, parameters.all(), List.of(), Map.of());
    }

    /** A picture whose sides are no multiples of 8 is seen within a white frame, which is cut off again. */
    @Test
    void goesThroughBothNetworks() {
        Taesd.Config tiny = new Taesd.Config(3, 4, true);
        Taesd.Encoder encoder = new Taesd.Encoder(tiny, Scope.root(1));
        Taesd.Decoder decoder = new Taesd.Decoder(tiny, Scope.root(2));
        write(encoder.parameters(), folder.resolve("taef9_encoder.safetensors"));
        write(decoder.parameters(), folder.resolve("taef9_decoder.safetensors"));
        Picture picture = Picture.filled(14, 10, 0x3060C0);
        Path in = folder.resolve("in.png");
        Path out = folder.resolve("out.png");
        picture.write(in);
        String said = wellBy("imagine", "redraw", in.toString(), out.toString(), "--vae", folder.toString());
        assertTrue(said.contains("14 × 10, ") && said.contains(" dB"), said);

        Graph g = new Graph();
        g.output("made", decoder.apply(encoder.apply(g.input("picture", DType.F32, 1, 3, SIZE, SIZE))));
        Picture expected;
        try (Program program = g.compile(Executors.reference())) {
            float[] pixels = picture.padded(SIZE, SIZE, WHITE).floats();
            for (int i = 0; i < pixels.length; i++) {
                pixels[i] = (pixels[i] + 1) / 2;
            }
            program.input("picture").set(pixels);
            program.run();
            float[] made = program.output("made").floats();
            for (int i = 0; i < made.length; i++) {
                made[i] = 2 * made[i] - 1;
            }
            expected = Picture.of(made, 0, 3, SIZE, SIZE).cropped(1, 3, 14, 10);
        }
        Picture made = Picture.read(out);
        for (int i = 0; i < expected.size(); i++) {
            assertEquals(expected.pixels()[i] & 0xFF, made.pixels()[i] & 0xFF, 1);
        }
    }

    @Test
    void whatIsMissingOrWrongIsSaid() throws IOException {
        Path in = folder.resolve("in.png");
        Picture.filled(8, 8, WHITE).write(in);
        Path vae = Files.createDirectory(folder.resolve("vae"));
        refused("holds no model", in, vae);
        refused("no such folder", in, in);
        write(new Taesd.Encoder(new Taesd.Config(3, 4, false), Scope.root(1)).parameters(),
                vae.resolve("encoder.safetensors"));
        refused("the decoder is missing", in, vae);
        Files.copy(vae.resolve("encoder.safetensors"), vae.resolve("decoder.safetensors"));
        refused("is no decoder of a TAESD", in, vae);
    }

    private void refused(String why, Path in, Path vae) {
        Path out = folder.resolve("out.png");
        assertRefused(new String[] {"imagine", "redraw", in.toString(), out.toString(), "--vae", vae.toString()}, why);
    }
}
