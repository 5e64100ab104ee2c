package dev.sirocco.vision.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sirocco.models.nn.Parameters;
import dev.sirocco.models.nn.Scope;
import dev.sirocco.models.optim.AdamW;
import dev.sirocco.models.optim.Group;
import dev.sirocco.models.optim.Optimizer;
import dev.sirocco.models.optim.Schedule;
import dev.sirocco.models.sample.DiffusionLoss;
import dev.sirocco.models.sample.Prediction;
import dev.sirocco.models.sample.RectifiedFlow;
import dev.sirocco.models.train.Task;
import dev.sirocco.models.train.Trainer;
import dev.sirocco.models.zoo.AutoencoderKl;
import dev.sirocco.models.zoo.Clip;
import dev.sirocco.models.zoo.Dit;
import dev.sirocco.models.zoo.Vit;
import dev.sirocco.tensor.exec.Executors;
import dev.sirocco.tensor.exec.Program;
import dev.sirocco.tensor.ir.Graph;
import dev.sirocco.tensor.ir.Shape;
import dev.sirocco.vision.Augmentation;
import dev.sirocco.vision.LabelledPictures;
import dev.sirocco.vision.Picture;
import java.io.PrintStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PictureTasksTest {

    private static final int BATCH = 8;
    private static final List<Picture> PICTURES = pictures(0, 24);
    private static final List<Picture> HELD = pictures(24, 5);

    @TempDir
    private Path folder;

    /** Red and blue ones in turn, of a brightness of their own. */
    private static List<Picture> pictures(int first, int count) {
        return IntStream.range(first, first + count)
                .mapToObj(i -> Picture.filled(8, 8, (150 + 37 * i % 90) << (i % 2 == 0 ? 16 : 0))).toList();
    }

    private static int[] labels(int count) {
        return IntStream.range(0, count).map(i -> i % 2).toArray();
    }

    /** The first and the last validation loss of a short training. */
    private double[] losses(Task task, double rate, int steps) {
        Optimizer optimizer = new Optimizer(task.parameters(), Group.all(new AdamW(rate, 0)));
        try (Trainer trainer = new Trainer(task, optimizer, Schedule.constant(), Trainer.Config.ofSteps(steps, 0, 0),
                folder, Map.of(), Executors.best(), new PrintStream(OutputStream.nullOutputStream()))) {
            double before = trainer.validationLoss();
            trainer.run();
            return new double[] {before, trainer.validationLoss()};
        }
    }

    @Test
    void aClassifierLearnsClasses() {
        Vit vit = new Vit(new Vit.Config(8, 4, 3, 1, 2, 16, 32, 2, 0), Scope.root(1));
        LabelledPictures training = new LabelledPictures(PICTURES, labels(24), List.of("red", "blue"));
        LabelledPictures held = new LabelledPictures(HELD, labels(5), List.of("red", "blue"));
        double[] losses = losses(new ClassifierTask(vit::logits, vit.parameters(), training, held,
                new Augmentation(1, 0, 0, true, 1), BATCH, 0, 1), 0.01, 30);
        assertTrue(losses[1] < 0.1, Arrays.toString(losses));
        try (PictureProgram program = new PictureProgram(vit::logits, 3, 3, 8, 8, Executors.best())) {
            assertArrayEquals(labels(5), program.largest(HELD));
        }
    }

    @Test
    void anAutoencoderLearnsPictures() {
        AutoencoderKl autoencoder = new AutoencoderKl(
                new AutoencoderKl.Config(3, 2, List.of(8, 8), 1, 4, false, true, 1, 0), Scope.root(1));
        double[] losses = losses(new AutoencoderTask(autoencoder, PICTURES, HELD, Augmentation.NONE, BATCH, 1e-4, 1),
                0.01, 60);
        assertTrue(losses[1] < losses[0] / 10, Arrays.toString(losses));
    }

    @Test
    void aContrastiveModelLearnsWhatBelongsTogether() {
        Clip clip = new Clip(new Clip.Config(8, 4, 3, 1, 2, 16, 32, 4, 3, 1, 2, 16, 32, 0, 8,
                Clip.Config.b32().activation()), Scope.root(1));
        ContrastiveTask.Pairs pairs = new ContrastiveTask.Pairs(PICTURES.subList(0, 2),
                List.of(new int[] {1, 0, 0}, new int[] {2, 3, 0}));
        double[] losses = losses(new ContrastiveTask(clip, pairs, pairs, Augmentation.NONE, 2, 1), 0.01, 60);
        assertTrue(losses[1] < losses[0] && losses[1] < 0.2, Arrays.toString(losses));
    }

    @Test
    void aDiffusionLearnsAndIsToldNothingNowAndThen() {
        Dit dit = new Dit(new Dit.Config(4, 2, 1, 1, 2, 16, 2, false), Scope.root(1));
        List<float[]> clean = IntStream.range(0, 24).mapToObj(i -> filled(i % 2 == 0 ? 1 : -1)).toList();
        List<int[]> told = IntStream.range(0, 24).mapToObj(i -> new int[] {i % 2}).toList();
        DiffusionTask.Samples samples = new DiffusionTask.Samples(clean, told);
        DiffusionTask task = new DiffusionTask((x, time, t) -> dit.apply(x, time, t.reshape(t.dim(0)), null),
                dit.parameters(), new DiffusionLoss(new RectifiedFlow(), Prediction.FLOW), Shape.of(1, 4, 4), samples,
                samples, new int[] {2}, BATCH, 1);
        double[] losses = losses(task, 0.01, 80);
        assertTrue(losses[1] < 0.6 * losses[0], Arrays.toString(losses));
        assertToldNothing(task, dit.parameters());
    }

    private static float[] filled(float value) {
        float[] all = new float[16];
        Arrays.fill(all, value);
        return all;
    }

    private static void assertToldNothing(DiffusionTask task, Parameters parameters) {
        assertFalse(parameters.all().isEmpty());
        Graph g = new Graph();
        g.output("loss", task.loss(g));
        try (Program program = g.compile(Executors.best())) {
            int nothing = 0;
            for (int number = 0; number < 100; number++) {
                task.fill(program, number);
                for (int row = 0; row < BATCH; row++) {
                    int told = (int) program.input("told").get(row);
                    boolean isFirst = program.input("clean").get(16L * row) == 1;
                    assertTrue(told == 2 || told == (isFirst ? 0 : 1), "told " + told);
                    nothing += told == 2 ? 1 : 0;
                }
            }
            assertEquals(80, nothing, 30);
        }
    }

    @Test
    void validationBatchesAreFilledUp() {
        Vit vit = new Vit(new Vit.Config(8, 4, 3, 1, 2, 16, 32, 2, 0), Scope.root(1));
        LabelledPictures held = new LabelledPictures(HELD, labels(5), List.of("red", "blue"));
        ClassifierTask task = new ClassifierTask(vit::logits, vit.parameters(), held, held, Augmentation.NONE, 4, 0, 1);
        assertEquals(2, task.validationBatches());
        Graph g = new Graph();
        g.output("loss", task.loss(g));
        try (Program program = g.compile(Executors.best())) {
            assertEquals(4, task.fillValidation(program, 0));
            assertEquals(1, task.fillValidation(program, 1));
            assertEquals(0, program.input("labels").get(0));          // the fifth
            assertEquals(0, program.input("labels").get(1));          // the first again
        }
    }
}
