package dev.sirocco.apps.bench;

import dev.sirocco.apps.bench.Workload.Work;
import dev.sirocco.apps.speak.ReadAloud;
import dev.sirocco.models.nn.Losses;
import dev.sirocco.models.nn.Parameters;
import dev.sirocco.models.nn.Scope;
import dev.sirocco.models.optim.AdamW;
import dev.sirocco.models.optim.Group;
import dev.sirocco.models.optim.Optimizer;
import dev.sirocco.models.optim.Sgd;
import dev.sirocco.models.sample.TokenSampler;
import dev.sirocco.models.train.Checkpoint;
import dev.sirocco.models.zoo.AutoencoderKl;
import dev.sirocco.models.zoo.Dit;
import dev.sirocco.models.zoo.Gpt;
import dev.sirocco.models.zoo.LanguageDecoder;
import dev.sirocco.models.zoo.ResNet;
import dev.sirocco.models.zoo.Unet;
import dev.sirocco.models.zoo.Vit;
import dev.sirocco.models.zoo.Vocos;
import dev.sirocco.tensor.exec.Executor;
import dev.sirocco.tensor.exec.Program;
import dev.sirocco.tensor.fast.QuantisedMatMul.Format;
import dev.sirocco.tensor.ir.DType;
import dev.sirocco.tensor.ir.Graph;
import dev.sirocco.tensor.ir.Storage;
import dev.sirocco.tensor.ir.Tensor;
import dev.sirocco.tensor.ir.UserError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/** The workloads of {@code ./sirocco bench}; {@code bench/peers/workloads.py} does the same in PyTorch. */
final class Workloads {

    static final List<Workload> ALL = List.of(
            new Workload("gemm-1024", 2 * 1024.0 * 1024 * 1024 / 1e9, "GFLOP", Workloads::gemm),
            new Workload("elementwise", (1 << 22) / 1e6, "Melement", Workloads::elementwise),
            new Workload("gpt-train-cpu", 12 * 64, "token", e -> gptTraining(e, Gpt.Config.nanoCpu(65), 12)),
            new Workload("gpt-train-gpu", 16 * 256, "token", e -> gptTraining(e, withoutDropout(), 16)),
            new Workload("gpt2-prefill", 128, "token", e -> gpt2(e, Gpt.Config.gpt2(), Scope.root(1), 128)),
            new Workload("gpt2-decode", 8, "token", e -> gpt2(e, Gpt.Config.gpt2(), Scope.root(1), 1)),
            new Workload("gpt2-decode-bf16", 8, "token", "gpt2-decode",
                    e -> gpt2(e, Gpt.Config.gpt2(), Scope.root(1).storing(DType.BF16), 1)),
            new Workload("gpt2-decode-q8", 8, "token", "gpt2-decode",
                    e -> gpt2(e, byRows(), Scope.root(1).storing(Format.Q8_0), 1)),
            new Workload("gpt2-start", 1, "start", Workloads::gpt2Start),
            new Workload("conv-train", 32, "picture", Workloads::convolutionTraining),
            new Workload("vit-b16", 8, "picture", Workloads::vit),
            new Workload("dit-step", 1, "step", e -> ditStep(e, Dit.Config.s2(32, 4, 1000))),
            new Workload("dit-xl2-step", 1, "step", e -> ditStep(e, Dit.Config.xl2(32, 4, 1000))),
            new Workload("unet-step", 8, "picture", Workloads::unetStep),
            new Workload("vae-decode", 1, "picture", e -> decoding(e, 256)),
            new Workload("vae-decode-512", 1, "picture", e -> decoding(e, 512)),
            new Workload("vocos-24k", 5, "second", Workloads::vocoding),
            new Workload("speak", "second", null, Workloads::speaking),
            new Workload("speak-start", "start", null, Workloads::speakingStart));

    private static final int VOCABULARY = 65;
    private static final int BATCHES = 61;
    private static final String SENTENCE = "Pay $12.50 by 3:45 on March 2nd, please, or call 555-0123 before we close.";

    private Workloads() {}

    private static Runnable gemm(Executor executor) {
        Graph g = new Graph();
        Tensor a = g.input("a", DType.F32, 1024, 1024);
        Tensor b = g.input("b", DType.F32, 1024, 1024);
        g.output("c", a.matmul(b));
        return withNumbers(g.compile(executor), "a", "b");
    }

    private static Runnable elementwise(Executor executor) {
        Graph g = new Graph();
        Tensor a = g.input("a", DType.F32, 1 << 22);
        Tensor b = g.input("b", DType.F32, 1 << 22);
        Tensor c = g.input("c", DType.F32, 1 << 22);
        g.output("y", a.mul(b).add(c).gelu().mul(c.sigmoid()).add(a));
        return withNumbers(g.compile(executor), "a", "b", "c");
    }

    private static Gpt.Config withoutDropout() {
        Gpt.Config c = Gpt.Config.nanoGpu(VOCABULARY);
        return Gpt.Config.nano(c.vocabulary(), c.context(), c.layers(), c.heads(), c.width(), 0);
    }

    private static Runnable gptTraining(Executor executor, Gpt.Config config, int batch) {
        Gpt gpt = new Gpt(config, Scope.root(1));
        Graph g = new Graph(true);
        Tensor tokens = g.input("tokens", DType.I32, batch, config.context());
        Tensor targets = g.input("targets", DType.I32, batch, config.context());
        Optimizer optimizer = gpt.optimizer(new AdamW(1e-3, 0.1));
        Program step = training(g, gpt.loss(tokens, targets), optimizer, 1).compile(executor);
        // One batch for ever would be learned by heart, and vanishing gradients are slow to compute with.
        int[][] batches = new int[BATCHES][];
        SplittableRandom random = new SplittableRandom(2);
        Arrays.setAll(batches, _ -> random.ints((long) batch * config.context(), 0, VOCABULARY).toArray());
        Runnable run = steps(step, optimizer);
        int[] number = {0};
        return () -> {
            step.input("tokens").set(batches[number[0] % BATCHES]);
            step.input("targets").set(batches[++number[0] % BATCHES]);
            run.run();
        };
    }

    private static Runnable convolutionTraining(Executor executor) {
        ResNet net = new ResNet(ResNet.Config.resNet18(3, 10), Scope.root(1));
        Graph g = new Graph(true);
        Tensor pictures = g.input("pictures", DType.F32, 32, 3, 32, 32);
        Tensor classes = g.input("classes", DType.I32, 32);
        Parameters parameters = net.parameters();
        Optimizer optimizer = new Optimizer(parameters, Group.all(new Sgd(0.01, 0.9, false, 0)));
        Program step = training(g, Losses.crossEntropy(net.logits(pictures), classes), optimizer, 0).compile(executor);
        fill(step.input("classes"), 10);
        withNumbers(step, "pictures");
        return steps(step, optimizer);
    }

    /** Forward, backward, clipping unless {@code largestNorm} is 0, and the update. */
    private static Graph training(Graph g, Tensor loss, Optimizer optimizer, double largestNorm) {
        List<Tensor> gradients = optimizer.gradients(loss);
        if (largestNorm > 0) {
            gradients = Optimizer.clip(gradients, Optimizer.norm(gradients), largestNorm);
        }
        optimizer.update(g, gradients, g.input("optimizer", DType.F32, optimizer.numberCount()));
        g.output("loss", loss);
        return g;
    }

    private static Runnable steps(Program step, Optimizer optimizer) {
        long[] number = {0};
        return () -> {
            step.input("optimizer").set(optimizer.numbers(number[0]++, 1));
            step.run();
        };
    }

    /** GPT-2, its weights lying as blocks of few bits need it. */
    private static Gpt.Config byRows() {
        Gpt.Config c = Gpt.Config.gpt2();
        return new Gpt.Config(c.vocabulary(), c.context(), c.layers(), c.heads(), c.kvHeads(), c.width(), c.hidden(),
                c.dropout(), c.bias(), c.norm(), c.positions(), c.activation(), c.qkNorm(), c.tied(),
                c.embeddingNorm(), c.convolution(), c.softcap(), false, c.start());
    }

    /** Reads 128 tokens at once, or writes 8 one by one behind them, the greedy choice included. */
    private static Runnable gpt2(Executor executor, Gpt.Config config, Scope scope, int length) {
        Gpt gpt = new Gpt(config, scope);
        Graph g = new Graph();
        Tensor tokens = g.input("tokens", DType.I32, 1, length);
        Tensor position = g.input("position", DType.I32, 1);
        Tensor last = g.input("last", DType.I32, 1);
        Tensor logits = gpt.reader(1, 256).nextLogits(tokens, position, last);
        g.output("next", logits.argmax(-1));
        Program program = g.compile(executor);
        fill(program.input("tokens"), 50257);
        program.input("last").set(length - 1);
        if (length > 1) {
            return program::run;
        }
        return () -> {
            for (int p = 128; p < 136; p++) {
                program.input("position").set(p);
                program.run();
            }
        };
    }

    /** From a file of 498 MB, opened anew, to the first token. */
    private static Runnable gpt2Start(Executor executor) {
        Gpt.Config config = Gpt.Config.gpt2();
        Path file = file(new Gpt(config, Scope.root(1)).parameters());
        return () -> {
            Gpt gpt = Scope.load(file, _ -> false, scope -> new Gpt(config, scope));
            TokenSampler sampler = new TokenSampler(config.vocabulary());
            try (LanguageDecoder decoder = new LanguageDecoder(gpt, 1, config.context(), sampler, executor)) {
                decoder.next(new int[][] {{1}});
            }
        };
    }

    /** That is deleted when the program ends. */
    private static Path file(Parameters parameters) {
        try {
            Path file = Files.createTempFile("sirocco", ".safetensors");
            file.toFile().deleteOnExit();
            Checkpoint.write(file, parameters.all(), List.of(), Map.of());
            return file;
        } catch (IOException e) {
            throw new UserError("the weights to start from cannot be written (" + e.getMessage()
                    + "): make room for temporary files", e);
        }
    }

    private static Runnable vit(Executor executor) {
        Vit vit = new Vit(Vit.Config.b16(1000), Scope.root(1));
        vit.parameters().freeze();
        Graph g = new Graph();
        g.output("logits", vit.logits(g.input("pictures", DType.F32, 8, 3, 224, 224)));
        return withNumbers(g.compile(executor), "pictures");
    }

    /**
     * One step of Euler's method for one picture in Stable Diffusion's latents: the network with and without a class.
     */
    private static Runnable ditStep(Executor executor, Dit.Config config) {
        Dit dit = new Dit(config, Scope.root(1));
        dit.parameters().freeze();
        Graph g = new Graph();
        Tensor x = g.input("x", DType.F32, 1, 4, 32, 32);
        Tensor times = g.input("times", DType.F32, 2);
        Tensor y = dit.apply(Tensor.concat(0, List.of(x, x)), times, g.input("classes", DType.I32, 2), null);
        List<Tensor> parts = y.split(0, 2);                                  // with the class, without
        Tensor guided = parts.get(1).add(parts.get(0).sub(parts.get(1)).mul(4));
        g.output("x", x.add(guided.mul(-1 / 20.0)));
        Program program = g.compile(executor);
        fill(program.input("classes"), 1001);
        return withNumbers(program, "x", "times");
    }

    /** One prediction by DDPM's network for CIFAR-10. */
    private static Runnable unetStep(Executor executor) {
        Unet unet = new Unet(Unet.Config.cifar10(), Scope.root(1));
        unet.parameters().freeze();
        Graph g = new Graph();
        Tensor x = g.input("x", DType.F32, 8, 3, 32, 32);
        g.output("y", unet.apply(x, g.input("times", DType.F32, 8), null));
        return withNumbers(g.compile(executor), "x", "times");
    }

    /** A picture of so many rows from Stable Diffusion's latents. */
    private static Runnable decoding(Executor executor, int size) {
        AutoencoderKl autoencoder = new AutoencoderKl(AutoencoderKl.Config.stableDiffusion(), Scope.root(1));
        autoencoder.parameters().freeze();
        Graph g = new Graph();
        g.output("pictures", autoencoder.decode(g.input("latents", DType.F32, 1, 4, size / 8, size / 8)));
        return withNumbers(g.compile(executor), "latents");
    }

    /** By the networks that came with Sirocco, from the written sentence to the samples. */
    private static Work speaking(Executor executor) {
        ReadAloud reader = ReadAloud.bundled(executor);
        return new Work(reader.read(SENTENCE).seconds(), () -> reader.read(SENTENCE));
    }

    /** From the files of the networks that came with Sirocco, opened anew, to the first sound. */
    private static Work speakingStart(Executor executor) {
        return new Work(1, () -> {
            try (ReadAloud reader = ReadAloud.bundled(executor)) {
                reader.read("Hello, world.");
            }
        });
    }

    /** Five seconds of sound of their mel spectrogram, by the published Vocos. */
    private static Runnable vocoding(Executor executor) {
        Vocos vocos = new Vocos(Vocos.Config.published(), Scope.root(1));
        vocos.parameters().freeze();
        Graph g = new Graph();
        g.output("sound", vocos.sound(g.input("mel", DType.F32, 1, 100, 470)));
        return withNumbers(g.compile(executor), "mel");
    }

    private static Runnable withNumbers(Program program, String... inputs) {
        SplittableRandom random = new SplittableRandom(1);
        for (String name : inputs) {
            Storage input = program.input(name);
            for (long i = 0; i < input.numel(); i++) {
                input.set(i, (float) random.nextDouble(-1, 1));
            }
        }
        return program::run;
    }

    private static void fill(Storage indices, int bound) {
        SplittableRandom random = new SplittableRandom(2);
        for (long i = 0; i < indices.numel(); i++) {
            indices.set(i, random.nextInt(bound));
        }
    }
}
