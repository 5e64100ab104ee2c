package dev.sirocco.audio.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sirocco.audio.train.AcousticTask.Utterance;
import dev.sirocco.models.nn.Scope;
import dev.sirocco.models.optim.AdamW;
import dev.sirocco.models.optim.Group;
import dev.sirocco.models.optim.Optimizer;
import dev.sirocco.models.optim.Schedule;
import dev.sirocco.models.train.Trainer;
import dev.sirocco.models.zoo.Acoustic;
import dev.sirocco.tensor.exec.Executor;
import dev.sirocco.tensor.exec.Executors;
import dev.sirocco.tensor.exec.Program;
import dev.sirocco.tensor.ir.Graph;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A made-up language of five sounds, each with a length of its own. */
class AcousticTaskTest {

    private static final int MELS = 6;
    private static final int CONTEXT = 10;
    private static final int PIECE = 16;
    private static final Acoustic.Config SMALL = new Acoustic.Config(6, CONTEXT, 1, MELS, 16, 1, 2, 16, 2);

    @TempDir
    private Path folder;

    private static int length(int sound) {
        return 1 + sound;
    }

    private static List<Utterance> speech(int count, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        List<Utterance> all = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            int[] symbols = new int[3 + random.nextInt(6)];
            for (int t = 0; t < symbols.length; t++) {
                int other = 1 + random.nextInt(5);
                symbols[t] = t > 0 && other == symbols[t - 1] ? 1 + other % 5 : other;       // neighbours differ
            }
            int frames = IntStream.of(symbols).map(AcousticTaskTest::length).sum();
            float[] mel = new float[MELS * frames];
            int f = 0;
            for (int symbol : symbols) {
                for (int end = f + length(symbol); f < end; f++) {
                    for (int band = 0; band < MELS; band++) {
                        mel[band * frames + f] = (float) ((band == symbol ? 2 : -0.5) + 0.2 * random.nextGaussian());
                    }
                }
            }
            all.add(new Utterance(symbols, 0, mel));
        }
        return all;
    }

    @Test
    void findsWhereSoundsBeginAndHowLongTheyAre() {
        Executor executor = Executors.vector();
        Acoustic acoustic = new Acoustic(SMALL, Scope.root(1));
        List<Utterance> held = speech(8, 2);
        AcousticTask.Config config = new AcousticTask.Config(8, PIECE, -0.5f, 1);
        Optimizer optimizer = new Optimizer(acoustic.parameters(), Group.all(new AdamW(0.01, 0.9, 0.95, 1e-8, 0)));
        try (AcousticTask task = new AcousticTask(acoustic, speech(100, 1), held, config, executor)) {
            try (Trainer trainer = new Trainer(task, optimizer, Schedule.constant(), Trainer.Config.ofSteps(300, 0, 0),
                    folder, Map.of(), executor, new PrintStream(OutputStream.nullOutputStream()))) {
                Trainer.Result result = trainer.run();
                assertTrue(result.bestLoss() < 1, "validation loss " + result.bestLoss());
            }
            Graph g = new Graph();
            g.output("loss", task.loss(g));
            g.output("durations", acoustic.logDurations(g.inputs().get("hidden")).exp());
            try (Program p = g.compile(executor)) {
                task.fillValidation(p, 0);
                p.run();
                float[] durations = p.output("durations").floats();
                float[] path = p.input("path").floats();
                for (int row = 0; row < 8; row++) {
                    int[] symbols = held.get(row).symbols();
                    int wrong = 0;
                    for (int t = 0; t < symbols.length; t++) {
                        assertEquals(length(symbols[t]), durations[row * CONTEXT + t], 0.6,
                                "row " + row + ", symbol " + t);
                    }
                    float[] mel = held.get(row).mel();
                    int frames = mel.length / MELS;
                    if (frames <= PIECE) {
                        for (int f = 0; f < frames; f++) {
                            int whose = largest(path, (row * PIECE + f) * CONTEXT);
                            wrong += mel[symbols[whose] * frames + f] > 1 ? 0 : 1;
                        }
                    }
                    assertEquals(0, wrong, "frames of other sounds in row " + row);
                }
            }
        }
    }

    private static int largest(float[] path, int from) {
        return IntStream.range(0, CONTEXT).filter(t -> path[from + t] == 1).findFirst().orElseThrow();
    }

    @Test
    void moreSymbolsThanFramesAreRefused() {
        Utterance hasty = new Utterance(new int[] {1, 2, 3}, 0, new float[2 * MELS]);
        assertThrows(IllegalArgumentException.class,
                () -> new AcousticTask(new Acoustic(SMALL, Scope.root(1)), List.of(hasty), List.of(),
                        new AcousticTask.Config(1, PIECE, 0, 1), Executors.vector()));
    }
}
