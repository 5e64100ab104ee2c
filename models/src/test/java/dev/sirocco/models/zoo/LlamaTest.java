package dev.sirocco.models.zoo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sirocco.models.Golden;
import dev.sirocco.models.GoldenNetwork;
import dev.sirocco.models.nn.Init;
import dev.sirocco.models.nn.Scope;
import dev.sirocco.models.nn.Weights;
import dev.sirocco.models.sample.TokenSampler;
import dev.sirocco.tensor.exec.Executor;
import dev.sirocco.tensor.exec.Executors;
import dev.sirocco.tensor.exec.Program;
import dev.sirocco.tensor.io.GgmlType;
import dev.sirocco.tensor.io.Gguf;
import dev.sirocco.tensor.ir.Graph;
import dev.sirocco.tensor.ir.Shape;
import dev.sirocco.tensor.ir.Storage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LlamaTest {

    @Test
    void computesWhatTransformersDoes() {
        check("llama.safetensors", new Llama.Config(13, 32, 2, 4, 2, 6, 24, 40, 1e-5, 10_000, false, false));
        check("llama-tied.safetensors", new Llama.Config(13, 32, 2, 3, 3, 10, 24, 40, 1e-6, 500, false, true));
    }

    private static void check(String file, Llama.Config config) {
        GoldenNetwork.check(file, scope -> new Llama(config, scope), Llama::parameters,
                (llama, in) -> Map.of("logits", llama.logits(in.get("text"))));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void writesWhatTheWholeTextSays(boolean isInterleaved) {
        Llama llama = new Llama(new Llama.Config(11, 16, 2, 4, 2, 4, 16, 24, 1e-5, 100, isInterleaved, true),
                Scope.root(3));
        llama.parameters().all().forEach(s -> Init.normal(0.4).fill(s.storage(), new Random(s.name().hashCode())));
        int[] text = {3, 1, 4, 1, 5, 9, 2};
        List<Integer> expected = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            int length = text.length;
            int token = llama.logits(new Graph().constant(Storage.of(Shape.of(1, length), text)))
                    .slice(1, length - 1, length).argmax(-1).eval().ints()[0];
            expected.add(token);
            text = Arrays.copyOf(text, length + 1);
            text[length] = token;
        }
        try (LanguageDecoder decoder = new LanguageDecoder(llama, 1, 16, new TokenSampler(11), Executors.best())) {
            decoder.begin(TokenSampler.Settings.greedy(), 1);
            List<Integer> written = new ArrayList<>();
            int[] unread = {3, 1, 4, 1, 5, 9, 2};
            for (int i = 0; i < 6; i++) {
                unread = decoder.next(new int[][] {unread});
                written.add(unread[0]);
            }
            assertEquals(expected, written);
        }
    }

    /** Files in which matrices are stored in so few bits say what they say when they are unpacked. */
    @ParameterizedTest
    @CsvSource({"Q8_0, false", "Q8_0, true", "Q4_0, false", "Q4_0, true", "F16, true", "BF16, false", "F32, true"})
    void writesFromBlocksAsFromNumbers(String type, boolean isTied, @TempDir Path folder) throws IOException {
        Llama.Config config = new Llama.Config(41, 32, 2, 4, 2, 16, 64, 96, 0x1p-16, 10_000, true, isTied);
        Llama fresh = new Llama(config, Scope.root(5));
        fresh.parameters().all().stream().filter(s -> s.shape().rank() > 1)
                .forEach(s -> Init.normal(0.2).fill(s.storage(), new Random(s.name().hashCode())));
        Gguf file = Gguf.open(LlamaGguf.write(folder.resolve("llama.gguf"), fresh, GgmlType.valueOf(type)));
        Llama copied = LlamaCheckpoint.of(file, Weights.COPIED);
        Llama stored = LlamaCheckpoint.of(file, Weights.AS_STORED);
        assertEquals(config, stored.config());
        assertTrue(stored.parameters().bytes() <= file.names().stream().mapToLong(file::storedBytes).sum());
        float[] expected = logits(copied, Executors.reference());
        for (Executor executor : List.of(Executors.reference(), Executors.vector(2))) {
            Golden.assertClose(executor.name(), expected, logits(stored, executor), 1e-4);
        }
        assertEquals(greedy(copied), greedy(stored));
    }

    private static float[] logits(Llama llama, Executor executor) {
        Graph g = new Graph();
        g.output("logits", llama.logits(g.constant(Storage.of(Shape.of(1, 7), 3, 1, 4, 1, 5, 9, 2))));
        try (Program program = g.compile(executor)) {
            program.run();
            return program.output("logits").floats();
        }
    }

    private static List<Integer> greedy(Llama llama) {
        List<Integer> written = new ArrayList<>();
        int[] unread = {3, 1, 4, 1, 5, 9, 2, 6, 5, 3};
        try (LanguageDecoder decoder = new LanguageDecoder(llama, 1, 32, new TokenSampler(41), Executors.vector(2))) {
            decoder.begin(TokenSampler.Settings.greedy(), 1);
            for (int i = 0; i < 12; i++) {
                unread = decoder.next(new int[][] {unread});
                written.add(unread[0]);
            }
        }
        return written;
    }
}
