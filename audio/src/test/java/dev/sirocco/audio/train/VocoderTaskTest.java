package dev.sirocco.audio.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sirocco.audio.Signals;
import dev.sirocco.audio.Sound;
import dev.sirocco.audio.features.Framing;
import dev.sirocco.audio.features.MelScale;
import dev.sirocco.audio.features.MelSpectrogram;
import dev.sirocco.models.nn.Scope;
import dev.sirocco.models.optim.AdamW;
import dev.sirocco.models.optim.Group;
import dev.sirocco.models.optim.Optimizer;
import dev.sirocco.models.optim.Schedule;
import dev.sirocco.models.train.Checkpoint;
import dev.sirocco.models.train.Trainer;
import dev.sirocco.models.zoo.HarmonicVocos;
import dev.sirocco.models.zoo.VocosDiscriminators;
import dev.sirocco.tensor.exec.Executors;
import dev.sirocco.tensor.exec.Program;
import dev.sirocco.tensor.ir.Graph;
import dev.sirocco.tensor.ir.Shape;
import dev.sirocco.tensor.ir.State;
import dev.sirocco.tensor.ir.Storage;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VocoderTaskTest {

    private static final MelSpectrogram MEL =
            new MelSpectrogram(8000, 64, 64, 16, 12, 0, 4000, MelScale.SLANEY, true, 1, Framing.SAME, 1e-5);
    private static final List<VocoderTask.Take> SOUNDS = List.of(take(Signals.chirp(150, 400, 8000, 9000), 270),
            take(Signals.sine(300, 0.3, 8000, 100), 300), take(Signals.noise(0.2, 8000, 3000), 0));
    private static final List<VocoderTask.Take> HELD = List.of(take(Signals.chirp(200, 350, 8000, 2000), 270));

    private static VocoderTask.Take take(Sound sound, float f0) {
        float[] track = new float[sound.samples().length / 16];
        Arrays.fill(track, f0);
        return new VocoderTask.Take(sound.samples(), track);
    }

    @TempDir
    Path directory;

    /** A vocoder, its adversaries if there are any, and what trains them. */
    private record Model(HarmonicVocos vocos, VocoderTask task) {

        static Model of(boolean isAdversarial, int frames, double stftWeight) {
            Scope scope = Scope.root(1);
            HarmonicVocos vocos = new HarmonicVocos(
                    new HarmonicVocos.Config(12, 16, 32, 2, 64, 16, 8000, 60, 500, 40), scope);
            var small = new VocosDiscriminators.Config(List.of(3), List.of(2, 4), List.of(64), 4, 4);
            VocosDiscriminators adversaries =
                    isAdversarial ? new VocosDiscriminators(small, scope.at("training")) : null;
            return new Model(vocos, new VocoderTask(vocos, adversaries, MEL, SOUNDS, HELD,
                    new VocoderTask.Config(3, frames, stftWeight, 7)));
        }

        Trainer trainer(int steps, Path where) {
            Optimizer optimizer = new Optimizer(task.parameters(), Group.all(new AdamW(2e-3, 0.8, 0.9, 1e-8, 0)));
            return new Trainer(task, optimizer, Schedule.constant(), Trainer.Config.ofSteps(steps, 0, 3).withEma(0.9),
                    where, Map.of(), Executors.best(), new PrintStream(OutputStream.nullOutputStream()));
        }

        float[] weights() {
            float[] all = new float[0];
            for (State s : vocos.parameters().all()) {
                float[] one = s.storage().floats();
                int from = all.length;
                all = Arrays.copyOf(all, from + one.length);
                System.arraycopy(one, 0, all, from, one.length);
            }
            return all;
        }
    }

    @Test
    void spectraAreLearned() {
        Model model = Model.of(false, 80, 5);
        try (Trainer t = model.trainer(90, directory)) {
            double before = t.validationLoss();
            double after = t.run().bestLoss();
            assertTrue(after < 0.65 * before, "mel distance " + before + " before, " + after + " after");
        }
    }

    @Test
    void adversariesLearnTooAndAResumedRunRepeatsTheBits() {
        Model straight = Model.of(true, 20, 0);
        Model fresh = Model.of(true, 20, 0);
        try (Trainer t = straight.trainer(6, directory.resolve("straight"))) {
            t.run();
        }
        try (Trainer t = Model.of(true, 20, 0).trainer(3, directory.resolve("halves"))) {
            t.run();
        }
        Model resumed = Model.of(true, 20, 0);
        try (Trainer t = resumed.trainer(6, directory.resolve("halves"))) {
            assertTrue(t.resume());
            t.run();
        }
        float[] after = straight.weights();
        assertArrayEquals(after, resumed.weights());
        assertNotEquals(fresh.weights()[0], after[0]);
        for (State s : straight.vocos.parameters().trainable()) {
            // Biases may stand still: hinges of real and made sounds pull at the last one equally.
            if (s.name().endsWith("weight_v")) {
                assertTrue(s.name().startsWith(Checkpoint.TRAINING));
                float[] start = fresh.vocos.parameters().get(s.name()).storage().floats();
                assertFalse(Arrays.equals(start, s.storage().floats()), s.name());
            }
        }
    }

    @Test
    void aBatchFollowsFromItsNumber() {
        VocoderTask task = Model.of(false, 20, 0).task;
        Graph g = new Graph(true);
        g.randomFrom(new State("random", Storage.of(Shape.of(2), 1, 0)));
        g.output("loss", task.loss(g));
        try (Program p = g.compile(Executors.best())) {
            task.fill(p, 3);
            float[] third = p.input("sound").floats();
            task.fill(p, 4);
            float[] fourth = p.input("sound").floats();
            task.fill(p, 3);
            assertArrayEquals(third, p.input("sound").floats());
            assertFalse(Arrays.equals(third, fourth));
            for (long number = 0; number < 50; number++) {              // the shortest recording is among them
                task.fill(p, number);
                for (float x : p.input("sound").floats()) {
                    assertTrue(Math.abs(x) <= 1, "a sample of " + x);
                }
            }
        }
    }

    @Test
    void validationIsTheMeanOverAllPieces() {
        VocoderTask task = Model.of(false, 20, 0).task;                  // 2000 samples are 6 pieces of 320
        assertEquals(2, task.validationBatches());
        Graph g = new Graph();
        g.output("loss", task.loss(g));
        try (Program p = g.compile(Executors.best())) {
            assertEquals(3, task.fillValidation(p, 0));
            assertArrayEquals(Arrays.copyOf(HELD.getFirst().samples(), 960), p.input("sound").floats());
            assertEquals(3, task.fillValidation(p, 1));
        }
    }
}
