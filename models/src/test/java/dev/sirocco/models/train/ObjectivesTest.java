package dev.sirocco.models.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sirocco.models.nn.Init;
import dev.sirocco.models.nn.Parameters;
import dev.sirocco.models.nn.Scope;
import dev.sirocco.models.optim.AdamW;
import dev.sirocco.models.optim.Algorithm;
import dev.sirocco.models.optim.Group;
import dev.sirocco.models.optim.Optimizer;
import dev.sirocco.models.optim.Schedule;
import dev.sirocco.models.optim.Sgd;
import dev.sirocco.tensor.exec.Executors;
import dev.sirocco.tensor.exec.Program;
import dev.sirocco.tensor.io.Safetensors;
import dev.sirocco.tensor.ir.DType;
import dev.sirocco.tensor.ir.Graph;
import dev.sirocco.tensor.ir.State;
import dev.sirocco.tensor.ir.Tensor;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two adversaries: one makes numbers, the other one says how real they are. */
class ObjectivesTest {

    @TempDir
    Path directory;

    /** The maker's loss is -m · c · x, the critic's (m · c · x)² + 3 c. Validation is m². */
    private static final class Adversaries implements Task {

        private final Scope scope = Scope.root(1);
        private final State maker = scope.param("maker", Init.constant(2), 1);
        private final State critic = scope.param("critic", Init.constant(0.5), 1);
        private final boolean isLatestBest;

        Adversaries(boolean isLatestBest) {
            this.isLatestBest = isLatestBest;
        }

        float[] weights() {
            return new float[] {maker.storage().get(0), critic.storage().get(0)};
        }

        @Override
        public Parameters parameters() {
            return scope.parameters();
        }

        @Override
        public Tensor loss(Graph g) {
            g.input("x", DType.F32, 1);
            return g.read(maker).square();
        }

        @Override
        public List<Objective> objectives(Graph g) {
            Tensor verdict = g.read(maker).mul(g.read(critic)).mul(g.input("x", DType.F32, 1));
            return List.of(new Objective("maker", verdict.neg(), List.of(maker)),
                    new Objective("critic", verdict.square().add(g.read(critic).mul(3)), List.of(critic)));
        }

        @Override
        public boolean isLatestBest() {
            return isLatestBest;
        }

        @Override
        public void fill(Program program, long number) {
            program.input("x").set(number % 3 + 1);
        }

        @Override
        public double units() {
            return 1;
        }

        @Override
        public String unit() {
            return "numbers";
        }

        @Override
        public int validationBatches() {
            return 1;
        }

        @Override
        public double fillValidation(Program program, int number) {
            program.input("x").set(0);
            return 1;
        }
    }

    private Trainer trainer(Task task, Algorithm algorithm, Trainer.Config config, String where) {
        return new Trainer(task, new Optimizer(task.parameters(), Group.all(algorithm)), Schedule.constant(), config,
                directory.resolve(where), Map.of(), Executors.best(),
                new PrintStream(OutputStream.nullOutputStream()));
    }

    private static Algorithm descent(double rate) {
        return new Sgd(rate, 0, false, 0);
    }

    @Test
    void eachFollowsItsOwnLossAtOnce() {
        Adversaries task = new Adversaries(false);
        try (Trainer t = trainer(task, descent(0.1), Trainer.Config.ofSteps(1, 0, 0), "one")) {
            assertEquals(-1, t.run().loss(), 1e-6);
        }
        // d(-m c x)/dm = -c; d((m c x)² + 3 c)/dc = 2 m² c + 3.
        assertArrayEquals(new float[] {2 + 0.1f * 0.5f, 0.5f - 0.1f * (2 * 4 * 0.5f + 3)}, task.weights(), 1e-6f);
    }

    @Test
    void eachIsClippedByItself() {
        Adversaries task = new Adversaries(false);
        try (Trainer t = trainer(task, descent(0.1), Trainer.Config.ofSteps(1, 0, 0).withClip(1), "clipped")) {
            t.run();
        }
        assertArrayEquals(new float[] {2 + 0.1f * 0.5f, 0.5f - 0.1f}, task.weights(), 1e-6f);
    }

    @Test
    void gradientsOfSeveralBatchesAreAveragedForEach() {
        Adversaries task = new Adversaries(false);
        try (Trainer t = trainer(task, descent(0.1), Trainer.Config.ofSteps(1, 0, 0).withAccumulate(3), "mean")) {
            assertEquals(-2, t.run().loss(), 1e-6);
        }
        float critic = 0.5f - 0.1f * (2 * 4 * 0.5f * (1 + 4 + 9) / 3 + 3);
        assertArrayEquals(new float[] {2 + 0.1f * 0.5f * 2, critic}, task.weights(), 1e-5f);
    }

    @Test
    void aResumedRunEndsWithTheBitsOfAnUninterruptedOne() {
        Trainer.Config eight = Trainer.Config.ofSteps(8, 3, 2).withEma(0.9).withAccumulate(2).withClip(0.5);
        Trainer.Config four = Trainer.Config.ofSteps(4, 3, 2).withEma(0.9).withAccumulate(2).withClip(0.5);
        Adversaries straight = new Adversaries(true);
        try (Trainer t = trainer(straight, new AdamW(0.1, 0), eight, "straight")) {
            t.run();
        }
        try (Trainer t = trainer(new Adversaries(true), new AdamW(0.1, 0), four, "halves")) {
            t.run();
        }
        Adversaries second = new Adversaries(true);
        try (Trainer t = trainer(second, new AdamW(0.1, 0), eight, "halves")) {
            assertTrue(t.resume());
            t.run();
        }
        assertArrayEquals(straight.weights(), second.weights());
    }

    @Test
    void theLatestWeightsAreKeptWhereTheyCountAsTheBest() {
        for (boolean isLatestBest : new boolean[] {true, false}) {
            Adversaries task = new Adversaries(isLatestBest);       // the maker grows, and with it the validation loss
            Path where = directory.resolve("best" + isLatestBest);
            double bestLoss;
            Trainer.Config config = Trainer.Config.ofSteps(4, 1, 0);
            try (Trainer t = trainer(task, descent(0.01), config, where.getFileName().toString())) {
                bestLoss = t.run().bestLoss();
            }
            float kept = Safetensors.open(Trainer.bestCheckpoint(where)).get("maker").get(0);
            assertEquals(kept * kept, bestLoss, 1e-5);
            assertEquals(isLatestBest, kept == task.weights()[0]);
        }
    }

    @Test
    void aParameterWithoutAnObjectiveIsRefused() {
        Adversaries task = new Adversaries(false);
        task.scope.param("idle", Init.zeros(), 1);
        assertThrows(IllegalArgumentException.class,
                () -> trainer(task, descent(0.1), Trainer.Config.ofSteps(1, 0, 0), "idle"));
    }
}
