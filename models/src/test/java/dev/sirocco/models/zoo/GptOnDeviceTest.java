package dev.sirocco.models.zoo;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.sirocco.models.nn.Scope;
import dev.sirocco.models.optim.AdamW;
import dev.sirocco.models.optim.Optimizer;
import dev.sirocco.models.sample.TokenSampler;
import dev.sirocco.tensor.exec.Executor;
import dev.sirocco.tensor.exec.Executors;
import dev.sirocco.tensor.exec.Program;
import dev.sirocco.tensor.ir.DType;
import dev.sirocco.tensor.ir.Graph;
import dev.sirocco.tensor.ir.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A network on a device of TornadoVM does what it does on the CPU. */
class GptOnDeviceTest {

    private static final int STEPS = 12;
    private static final int BATCH = 3;
    private static final Gpt.Config CONFIG = Gpt.Config.nano(11, 8, 1, 2, 16, 0);

    @BeforeEach
    void skipWithoutSdk() {
        assumeTrue(Executors.hasTornado(), "no TornadoVM SDK: install one with `sdk install tornadovm` "
                + "(https://sdkman.io) or set TORNADOVM_HOME, and start with ./sirocco");
    }

    /** Trains, then writes with the weights that training left on the device. */
    @Test
    void trainsAndWritesAsOnTheCpu() {
        Run cpu = Run.on(Executors.vector());
        Run device = Run.on(Executors.tornado("tornado"));
        for (int step = 0; step < STEPS; step++) {
            assertEquals(cpu.losses[step], device.losses[step], 1e-3 * cpu.losses[step], "step " + step);
        }
        assertArrayEquals(cpu.text, device.text);
    }

    private record Run(double[] losses, int[] text) {

        static Run on(Executor executor) {
            Gpt gpt = new Gpt(CONFIG, Scope.root(1));
            Graph g = new Graph(true);
            Tensor tokens = g.input("tokens", DType.I32, BATCH, CONFIG.context());
            Tensor targets = g.input("targets", DType.I32, BATCH, CONFIG.context());
            Optimizer optimizer = gpt.optimizer(new AdamW(1e-2, 0.1));
            Tensor loss = gpt.loss(tokens, targets);
            List<Tensor> gradients = optimizer.gradients(loss);
            optimizer.update(g, Optimizer.clip(gradients, Optimizer.norm(gradients), 1),
                    g.input("optimizer", DType.F32, optimizer.numberCount()));
            g.output("loss", loss);
            double[] losses = new double[STEPS];
            try (Program step = g.compile(executor);
                    LanguageDecoder decoder = new LanguageDecoder(gpt, 1, CONFIG.context(), new TokenSampler(11), executor)) {
                Random random = new Random(7);
                for (int i = 0; i < STEPS; i++) {
                    int[] text = random.ints(BATCH * CONFIG.context() + 1L, 0, 5).toArray();
                    step.input("tokens").set(Arrays.copyOf(text, text.length - 1));
                    step.input("targets").set(Arrays.copyOfRange(text, 1, text.length));
                    step.input("optimizer").set(optimizer.numbers(i, 1));
                    step.run();
                    losses[i] = step.output("loss").scalar();
                }
                decoder.begin(TokenSampler.Settings.greedy(), 1);
                int[] written = new int[5];
                int[] token = {1, 2, 3};
                for (int i = 0; i < written.length; i++) {
                    token = decoder.next(new int[][] {token});
                    written[i] = token[0];
                }
                return new Run(losses, written);
            }
        }
    }
}
