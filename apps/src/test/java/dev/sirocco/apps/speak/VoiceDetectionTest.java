package dev.sirocco.apps.speak;

import static dev.sirocco.apps.Printed.assertRefused;
import static dev.sirocco.apps.Printed.wellBy;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sirocco.audio.Sound;
import dev.sirocco.models.nn.Scope;
import dev.sirocco.models.train.Checkpoint;
import dev.sirocco.models.zoo.SileroVad;
import dev.sirocco.tensor.exec.Executors;
import dev.sirocco.tensor.exec.Program;
import dev.sirocco.tensor.ir.Graph;
import dev.sirocco.tensor.ir.Shape;
import dev.sirocco.tensor.ir.Storage;
import dev.sirocco.tensor.ir.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VoiceDetectionTest {

    private static final int RATE = 16_000;
    private static final int CHUNKS = 3;

    @TempDir
    private Path folder;
    private SileroVad vad;
    private Path model;
    private Path wave;
    private float[] samples;

    @BeforeEach
    void write() {
        vad = new SileroVad(SileroVad.Config.published(), Scope.root(1));
        model = folder.resolve("vad.safetensors");
        Checkpoint.write(model, vad.parameters().all(), List.of(), Map.of());
        Random random = new Random(1);
        samples = new float[CHUNKS * vad.config().chunk() - 100];
        for (int i = 0; i < samples.length; i++) {
            samples[i] = Math.round(random.nextGaussian() * 3000) / 32768f;
        }
        wave = folder.resolve("in.wav");
        new Sound(samples, RATE).write(wave);
    }

    /** Every chunk is heard with the end of the last one in front, and with what was remembered. */
    @Test
    void chunksFollowOneAnother() throws IOException {
        Path csv = folder.resolve("p.csv");
        String said = wellBy("speak", "detect", wave.toString(), "--model", model.toString(), "--csv", csv.toString());
        assertTrue(said.contains(" s of speech in 0.1 s"), said);
        List<String> rows = Files.readAllLines(csv);
        assertEquals("seconds,probability", rows.getFirst());
        assertEquals(CHUNKS + 1, rows.size());

        int chunk = vad.config().chunk();
        int context = vad.config().context();
        Graph g = new Graph();
        float[] padded = new float[context + CHUNKS * chunk];
        System.arraycopy(samples, 0, padded, context, samples.length);
        Tensor sound = g.constant(Storage.of(Shape.of(1, padded.length), padded));
        Tensor zeros = g.fill(0, Shape.of(1, vad.config().memory()));
        SileroVad.Memory memory = new SileroVad.Memory(zeros, zeros);
        for (int i = 0; i < CHUNKS; i++) {
            SileroVad.Heard heard = vad.apply(sound.slice(1, i * chunk, i * chunk + context + chunk), memory);
            memory = heard.memory();
            g.output("chunk " + i, heard.probability());
        }
        try (Program program = g.compile(Executors.reference())) {
            program.run();
            for (int i = 0; i < CHUNKS; i++) {
                assertEquals(program.output("chunk " + i).scalar(),
                        Float.parseFloat(rows.get(i + 1).split(",")[1]), 1e-5);
            }
        }
    }

    @Test
    void badInputIsRefused() {
        assertRefused(new String[] {"speak", "detect", wave.toString(), "--model", model.toString(),
                "--threshold", "2"}, "--threshold");
        assertRefused(new String[] {"speak", "detect", wave.toString(), "--model",
                folder.resolve("none.safetensors").toString()}, "cannot read");
        assertRefused(new String[] {"speak", "detect", wave.toString(), "--model", wave.toString()}, "in.wav");
        assertRefused(new String[] {"speak", "detect", wave.toString(), "--model", model.toString(), "--csv",
                "p.txt"}, ".csv");
        assertRefused(new String[] {"speak", "detect", model.toString(), "--model", model.toString()},
                "vad.safetensors");
    }
}
