package dev.sirocco.apps.write;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sirocco.apps.look.Classifier;
import dev.sirocco.models.zoo.LanguageModel;
import dev.sirocco.models.zoo.Vit;
import dev.sirocco.tensor.exec.Executor;
import dev.sirocco.tensor.exec.Executors;
import dev.sirocco.tensor.exec.Program;
import dev.sirocco.tensor.io.Safetensors;
import dev.sirocco.tensor.ir.DType;
import dev.sirocco.tensor.ir.Graph;
import dev.sirocco.tensor.ir.Storage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Networks in the folders that {@code src/test/python/published.py} makes compute what PyTorch's do. */
@EnabledIfEnvironmentVariable(named = "SIROCCO_PUBLISHED", matches = ".+",
        disabledReason = "compares with folders that published.py makes: name them in SIROCCO_PUBLISHED")
class PublishedNetworksTest {

    private static final double TOLERANCE = 1e-4;

    static Stream<Path> folders() throws IOException {
        return Files.list(Path.of(System.getenv("SIROCCO_PUBLISHED"))).filter(Files::isDirectory).sorted();
    }

    @ParameterizedTest
    @MethodSource("folders")
    void computeWhatPyTorchDoes(Path folder) {
        Safetensors expected = Safetensors.open(folder.resolve("expected.safetensors"));
        Executor executor = Executors.best();
        float[] logits = expected.contains("pictures")
                ? ofPictures(Classifier.load(folder).vit(), expected.get("pictures"), executor)
                : ofTexts(TextModel.load(folder, executor).network(), expected.get("tokens"), executor);
        float[] wanted = expected.get("logits").floats();
        double largest = 0;
        double off = 0;
        for (int i = 0; i < wanted.length; i++) {
            largest = Math.max(largest, Math.abs(wanted[i]));
            off = Math.max(off, Math.abs(wanted[i] - logits[i]));
        }
        System.out.printf("%s: relative error %.1e%n", folder.getFileName(), off / largest);
        assertTrue(off <= TOLERANCE * largest, "%s of %s".formatted(off, largest));
    }

    private static float[] ofPictures(Vit vit, Storage pictures, Executor executor) {
        Graph g = new Graph();
        g.output("logits", vit.logits(g.constant(pictures)));
        try (Program program = g.compile(executor)) {
            program.run();
            return program.output("logits").floats();
        }
    }

    /** The logits behind each token, text by text: as a reader says them, one token after the other. */
    private static float[] ofTexts(LanguageModel network, Storage tokens, Executor executor) {
        int texts = tokens.shape().dim(0);
        int length = tokens.shape().dim(1);
        Graph g = new Graph();
        g.output("logits", network.reader(texts, length).nextLogits(g.input("tokens", DType.I32, texts, 1),
                g.input("position", DType.I32, 1), g.input("last", DType.I32, 1)));
        float[] all = new float[texts * length * network.vocabulary()];
        int[] ids = tokens.ints();
        try (Program program = g.compile(executor)) {
            for (int t = 0; t < length; t++) {
                int[] now = new int[texts];
                for (int text = 0; text < texts; text++) {
                    now[text] = ids[text * length + t];
                }
                program.input("tokens").set(now);
                program.input("position").set(t);
                program.run();
                float[] logits = program.output("logits").floats();
                for (int text = 0; text < texts; text++) {
                    System.arraycopy(logits, text * network.vocabulary(), all,
                            (text * length + t) * network.vocabulary(), network.vocabulary());
                }
            }
        }
        return all;
    }
}
