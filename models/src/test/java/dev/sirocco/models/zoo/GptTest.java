package dev.sirocco.models.zoo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sirocco.models.Golden;
import dev.sirocco.models.nn.Activation;
import dev.sirocco.models.nn.Scope;
import dev.sirocco.models.optim.AdamW;
import dev.sirocco.models.optim.Muon;
import dev.sirocco.models.optim.Optimizer;
import dev.sirocco.models.optim.Schedule;
import dev.sirocco.models.train.Trainer;
import dev.sirocco.models.zoo.Gpt.Config;
import dev.sirocco.models.zoo.Gpt.Norm;
import dev.sirocco.models.zoo.Gpt.Positions;
import dev.sirocco.models.zoo.Gpt.Start;
import dev.sirocco.tensor.exec.Executors;
import dev.sirocco.tensor.exec.Program;
import dev.sirocco.tensor.io.Safetensors;
import dev.sirocco.tensor.ir.DType;
import dev.sirocco.tensor.ir.Graph;
import dev.sirocco.tensor.ir.Shape;
import dev.sirocco.tensor.ir.State;
import dev.sirocco.tensor.ir.Storage;
import dev.sirocco.tensor.ir.Tensor;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GptTest {

    private static final String SENTENCE = "the quick brown fox jumps over the lazy dog, twice. ";

    @TempDir
    Path directory;

    @Test
    void gpt2ComputesWhatTransformersDoes() {
        Safetensors golden = Golden.open("gpt2.safetensors");
        Config config = new Config(17, 12, 2, 4, 4, 16, 64, 0, true, Norm.LAYER, Positions.LEARNED,
                Activation.GELU_TANH, false, true, false, 0, 0, true, Start.GPT2);
        Gpt gpt = Scope.load(Golden.path("gpt2.safetensors"), name -> name.startsWith("golden."),
                s -> new Gpt(config, s));
        Storage tokens = golden.get("golden.tokens");
        Golden.assertClose("logits", golden.get("golden.logits").floats(), logits(gpt, tokens), 1e-4);
    }

    @Test
    void fiveStepsOfMuonAndAdamWEqualPyTorch() {
        Safetensors golden = Golden.open("modern-gpt.safetensors");
        Config config = Config.modern(13, 8, 2, 2, 16, 0);
        Gpt gpt = Scope.load("golden", Golden.under(golden, "before."), _ -> false, s -> new Gpt(config, s));
        Optimizer optimizer = gpt.optimizer(new Muon(0.04, 0.1), new AdamW(0.006, 0.9, 0.95, 1e-10, 0));
        Graph g = new Graph(true);
        Tensor loss = gpt.loss(g.input("tokens", DType.I32, 3, 8), g.input("targets", DType.I32, 3, 8));
        optimizer.update(g, optimizer.gradients(loss), g.input("numbers", DType.F32, optimizer.numberCount()));
        g.output("loss", loss);
        float[] losses = golden.get("losses").floats();
        try (Program p = g.compile(Executors.best())) {
            for (int step = 0; step < losses.length; step++) {
                p.input("tokens").set(golden.get("tokens." + step));
                p.input("targets").set(golden.get("targets." + step));
                p.input("numbers").set(optimizer.numbers(step, 1));
                p.run();
                assertEquals(losses[step], p.output("loss").scalar(), 2e-4, "loss of step " + step);
            }
        }
        for (State s : gpt.parameters().all()) {
            // Newton-Schulz and Adam's first steps turn rounding into differences of this size.
            Golden.assertClose(s.name(), golden.get("after." + s.name()).floats(), s.storage().floats(), 2e-3);
        }
    }

    @Test
    void aTinyModelOverfitsASentence() {
        int[] text = SENTENCE.repeat(3).chars().map(c -> c - ' ').toArray();
        Gpt gpt = new Gpt(Config.modern(96, 24, 2, 2, 32, 0), Scope.root(1));
        Optimizer optimizer = gpt.optimizer(new Muon(0.03, 0.01), new AdamW(0.01, 0.9, 0.95, 1e-10, 0));
        try (Trainer trainer = new Trainer(new GptTask(gpt, text, new int[0], 4, 1), optimizer,
                Schedule.cosine(0.1).withWarmup(0.1), Trainer.Config.ofSteps(60, 0, 0), directory, Map.of(),
                Executors.best(), new PrintStream(OutputStream.nullOutputStream()))) {
            double loss = trainer.run().loss();
            assertTrue(loss < 0.4, "reached only " + loss);
        }
    }

    @Test
    void decodingWithCachesEqualsTheFullForward() {
        Config base = Config.modern(13, 16, 2, 4, 16, 0);
        for (Config config : List.of(base,
                new Config(13, 16, 2, 4, 2, 16, 24, 0, true, Norm.RMS, Positions.ALIBI, Activation.SILU, false, false,
                        false, 0, 30, false, Start.GPT2),
                Config.nano(13, 16, 1, 2, 16, 0))) {
            Gpt gpt = new Gpt(config, Scope.root(5));
            Random random = new Random(7);
            gpt.parameters().all().forEach(s -> {                // zeros would hide mistakes
                for (long i = 0; i < s.storage().numel(); i++) {
                    s.storage().set(i, s.storage().get(i) + (float) random.nextGaussian() * 0.2f);
                }
            });
            int[] tokens = random.ints(2 * 11, 0, 13).toArray();
            float[] all = logits(gpt, Storage.of(Shape.of(2, 11), tokens));
            LanguageModel.Reader reader = gpt.reader(2, 16);
            try (Program prefill = next(reader, 8); Program step = next(reader, 1)) {
                int length = 5;                                  // the prompt, in a bucket of 8
                for (int t = length; t <= 11; t++) {
                    Program p = t == length ? prefill : step;
                    int width = t == length ? 8 : 1;
                    int position = t == length ? 0 : t - 1;
                    int[] idx = new int[2 * width];
                    for (int row = 0; row < 2; row++) {
                        for (int i = 0; i < t - position; i++) {
                            idx[row * width + i] = tokens[row * 11 + position + i];
                        }
                    }
                    p.input("tokens").set(idx);
                    p.input("position").set(new int[] {position});
                    p.input("last").set(new int[] {t - position - 1});
                    p.run();
                    float[] got = p.output("logits").floats();
                    for (int row = 0; row < 2; row++) {
                        int at = (row * 11 + t - 1) * 13;
                        Golden.assertClose(config + " at " + t, Arrays.copyOfRange(all, at, at + 13),
                                Arrays.copyOfRange(got, row * 13, row * 13 + 13), 1e-4);
                    }
                }
            }
        }
    }

    private static Program next(LanguageModel.Reader reader, int width) {
        Graph g = new Graph();
        g.output("logits", reader.nextLogits(g.input("tokens", DType.I32, 2, width),
                g.input("position", DType.I32, 1), g.input("last", DType.I32, 1)));
        return g.compile(Executors.best());
    }

    private static float[] logits(Gpt gpt, Storage tokens) {
        Graph g = new Graph();
        g.output("logits", gpt.logits(g.constant(tokens)));
        try (Program p = g.compile(Executors.best())) {
            p.run();
            return p.output("logits").floats();
        }
    }
}
