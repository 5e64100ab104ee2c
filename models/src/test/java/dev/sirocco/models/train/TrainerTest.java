package dev.sirocco.models.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sirocco.models.Golden;
import dev.sirocco.models.nn.Scope;
import dev.sirocco.models.optim.AdamW;
import dev.sirocco.models.optim.Group;
import dev.sirocco.models.optim.Muon;
import dev.sirocco.models.optim.Optimizer;
import dev.sirocco.models.optim.Schedule;
import dev.sirocco.models.zoo.Gpt;
import dev.sirocco.models.zoo.GptTask;
import dev.sirocco.tensor.exec.Executors;
import dev.sirocco.tensor.ir.State;
import dev.sirocco.tensor.ir.UserError;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainerTest {

    private static final int[] TEXT = new Random(1).ints(500, 0, 7).toArray();
    private static final int[] OTHER_TEXT = new Random(2).ints(45, 0, 7).toArray();
    private static final Gpt.Config TINY = Gpt.Config.modern(7, 8, 1, 2, 8, 0.2);

    @TempDir
    Path directory;

    private final ByteArrayOutputStream shown = new ByteArrayOutputStream();

    private Gpt model() {
        return new Gpt(TINY, Scope.root(3));
    }

    private Trainer trainer(Gpt gpt, int batch, Trainer.Config config, Path where) {
        return new Trainer(new GptTask(gpt, TEXT, OTHER_TEXT, batch, 5),
                gpt.optimizer(new Muon(0.02, 0.1), new AdamW(0.01, 0)), Schedule.linear(0).withWarmup(0.3), config,
                where, gpt.texts(), Executors.best(), new PrintStream(shown));
    }

    private static Map<String, List<Float>> weights(Gpt gpt) {
        Map<String, List<Float>> all = new LinkedHashMap<>();
        for (State s : gpt.parameters().all()) {
            float[] values = s.storage().floats();
            all.put(s.name(), Stream.iterate(0, i -> i < values.length, i -> i + 1).map(i -> values[i]).toList());
        }
        return all;
    }

    @Test
    void aResumedRunEndsWithTheBitsOfAnUninterruptedOne() {
        Trainer.Config config = Trainer.Config.ofSteps(8, 3, 2).withEma(0.9).withAccumulate(2).withClip(0.5);
        Gpt straight = model();
        try (Trainer t = trainer(straight, 2, config, directory.resolve("straight"))) {
            assertTrue(t.run().isComplete());
        }
        Path where = directory.resolve("interrupted");
        Gpt first = model();
        try (Trainer t = trainer(first, 2, config, where)) {
            assertFalse(t.resume());
            Thread.ofPlatform().start(() -> {
                while (!Files.exists(Trainer.lastCheckpoint(where))) {
                    Thread.onSpinWait();
                }
                t.stop();
            });
            t.run();
        }
        Gpt second = model();
        try (Trainer t = trainer(second, 2, config, where)) {
            assertTrue(t.resume());
            assertEquals(8, t.run().steps());
        }
        assertEquals(weights(straight), weights(second));
    }

    @Test
    void accumulatedGradientsAreThoseOfTheLargeBatch() {
        Gpt.Config noDropout = Gpt.Config.modern(7, 8, 1, 2, 8, 0);
        Gpt large = new Gpt(noDropout, Scope.root(3));
        Gpt small = new Gpt(noDropout, Scope.root(3));
        try (Trainer t = trainer(large, 6, Trainer.Config.ofSteps(3, 0, 0), directory.resolve("large"));
                Trainer u = trainer(small, 2, Trainer.Config.ofSteps(3, 0, 0).withAccumulate(3),
                        directory.resolve("small"))) {
            assertEquals(t.run().loss(), u.run().loss(), 1e-4);
        }
        for (State s : large.parameters().all()) {
            // Adam's first steps have the size of the learning rate, whatever that of the gradient.
            Golden.assertClose(s.name(), s.storage().floats(), small.parameters().get(s.name()).storage().floats(),
                    1e-3);
        }
    }

    @Test
    void recomputedActivationsGiveTheSameBitsInLessMemory() {
        Gpt.Config deep = Gpt.Config.modern(7, 64, 6, 2, 16, 0.2);
        Gpt plain = new Gpt(deep, Scope.root(3));
        Gpt frugal = new Gpt(deep, Scope.root(3));
        Trainer.Config config = Trainer.Config.ofSteps(2, 0, 0);
        long bytes;
        try (Trainer t = trainer(plain, 2, config, directory.resolve("plain"))) {
            t.run();
            bytes = t.bytes();
        }
        try (Trainer t = trainer(frugal, 2, config.withRecompute(true), directory.resolve("frugal"))) {
            t.run();
            assertTrue(t.bytes() < 0.75 * bytes, t.bytes() + " bytes instead of " + bytes);
        }
        assertEquals(weights(plain), weights(frugal));
    }

    @Test
    void aRunLeavesWhatItPromises() throws IOException {
        Gpt trained = model();
        try (Trainer t = trainer(trained, 2, Trainer.Config.ofSteps(20, 5, 5), directory)) {
            Trainer.Result result = t.run();
            assertEquals(20, result.steps());
            assertTrue(result.bestLoss() < 2.2, "validation loss " + result.bestLoss());
        }
        List<String> log = Files.readAllLines(directory.resolve("log.csv"));
        assertEquals(1 + 2 + 4, log.size());
        assertTrue(Files.size(directory.resolve("loss.svg")) > 1000);
        assertTrue(shown.toString().contains("finished after 20 steps"), shown.toString());
        assertEquals(TINY, Gpt.load(Trainer.bestCheckpoint(directory)).config());
        Gpt loaded = Gpt.load(Trainer.lastCheckpoint(directory));
        assertEquals(weights(trained), weights(loaded));
        try (Trainer t = trainer(model(), 2, Trainer.Config.ofSteps(20, 5, 5), directory)) {
            assertThrows(UserError.class, t::run);               // it would overwrite the run that is there
        }
    }

    @Test
    void validationIsTheMeanOverEveryToken() {
        Gpt gpt = model();
        for (int batch : new int[] {1, 2, 4}) {                  // 44 targets: the last window is shorter
            try (Trainer t = trainer(gpt, batch, Trainer.Config.ofSteps(1, 0, 0), directory.resolve("" + batch))) {
                assertEquals(Math.log(7), t.validationLoss(), 1e-5);       // the head is zero at first
            }
        }
    }

    @Test
    void aBudgetOfMinutesEnds() {
        try (Trainer t = trainer(model(), 2, Trainer.Config.ofMinutes(0.005, 0, 0), directory)) {
            assertTrue(t.run().isComplete());
        }
    }

    @Test
    void aLossThatIsNotANumberEndsTheRun() {
        Gpt gpt = model();
        gpt.parameters().get("wte.weight").storage().fill(Float.NaN);
        try (Trainer t = trainer(gpt, 2, Trainer.Config.ofSteps(3, 0, 0), directory)) {
            assertTrue(assertThrows(UserError.class, t::run).getMessage().contains("learning rate"));
        }
        assertFalse(Files.exists(Trainer.lastCheckpoint(directory)));
    }

    @Test
    void aCheckpointOfAnotherModelIsRefused() {
        try (Trainer t = trainer(model(), 2, Trainer.Config.ofSteps(1, 0, 0), directory)) {
            t.run();
        }
        Gpt wider = new Gpt(Gpt.Config.modern(7, 8, 1, 2, 16, 0), Scope.root(3));
        try (Trainer t = trainer(wider, 2, Trainer.Config.ofSteps(2, 0, 0), directory)) {
            assertTrue(assertThrows(UserError.class, t::resume).getMessage().contains("wte.weight"));
        }
    }

    @Test
    void everyParameterNeedsAGroup() {
        assertThrows(IllegalArgumentException.class,
                () -> new Optimizer(model().parameters(), Group.vectors(new AdamW(0.1, 0))));
    }

    @Test
    void windowsCoverTheTextOnceAnEpochAndDependOnTheirNumberAlone() {
        WindowOrder order = new WindowOrder(1000, 64, 9);
        int[] starts = Stream.iterate(0L, i -> i + 1).limit(2L * order.perEpoch()).mapToInt(order::start).toArray();
        assertEquals(order.perEpoch(), Stream.iterate(0, i -> i < order.perEpoch(), i -> i + 1)
                .map(i -> starts[i] / 64).distinct().count());
        for (int start : starts) {
            assertTrue(start >= 0 && start + 64 < 1000);
        }
        WindowOrder again = new WindowOrder(1000, 64, 9);
        int[] backwards = new int[starts.length];
        for (int i = starts.length - 1; i >= 0; i--) {
            backwards[i] = again.start(i);
        }
        assertArrayEquals(starts, backwards);
    }
}
