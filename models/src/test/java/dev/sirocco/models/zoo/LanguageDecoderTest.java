package dev.sirocco.models.zoo;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.sirocco.models.nn.Init;
import dev.sirocco.models.nn.Scope;
import dev.sirocco.models.sample.TokenSampler;
import dev.sirocco.tensor.exec.Executor;
import dev.sirocco.tensor.exec.Executors;
import dev.sirocco.tensor.exec.Program;
import dev.sirocco.tensor.ir.Graph;
import dev.sirocco.tensor.ir.Op;
import dev.sirocco.tensor.ir.Shape;
import dev.sirocco.tensor.ir.State;
import dev.sirocco.tensor.ir.Storage;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LanguageDecoderTest {

    private static final int[] PROMPT = {3, 1, 4, 1, 5, 9, 2};

    private static Gpt model() {
        Gpt gpt = new Gpt(Gpt.Config.modern(11, 16, 2, 2, 16, 0), Scope.root(5));
        for (State s : gpt.parameters().all()) {
            Init.normal(0.4).fill(s.storage(), new Random(s.name().hashCode()));
        }
        return gpt;
    }

    private static List<Integer> decode(LanguageDecoder decoder, TokenSampler.Settings settings, int count) {
        decoder.begin(settings, 9);
        List<Integer> text = new ArrayList<>();
        int[] token = PROMPT;
        for (int i = 0; i < count; i++) {
            token = decoder.next(new int[][] {token});
            text.add(token[0]);
        }
        return text;
    }

    @Test
    void greedyTextIsThatOfTheFullForward() {
        Gpt gpt = model();
        int[] text = PROMPT;
        List<Integer> expected = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            Graph g = new Graph();
            int length = text.length;
            int token = gpt.logits(g.constant(Storage.of(Shape.of(1, length), text)))
                    .slice(1, length - 1, length).argmax(-1).eval().ints()[0];
            expected.add(token);
            text = Arrays.copyOf(text, length + 1);
            text[length] = token;
        }
        try (LanguageDecoder decoder = new LanguageDecoder(gpt, 1, 16, new TokenSampler(11), Executors.best())) {
            assertEquals(expected, decode(decoder, TokenSampler.Settings.greedy(), 6));
        }
    }

    @Test
    void goesOnWhenTheCacheIsFullAndRepeatsItself() {
        TokenSampler.Settings settings = new TokenSampler.Settings(1, 0, 1, 0);
        try (LanguageDecoder decoder = new LanguageDecoder(model(), 1, 16, new TokenSampler(11), Executors.best())) {
            List<Integer> text = decode(decoder, settings, 40);
            assertEquals(text, decode(decoder, settings, 40));
            assertEquals(40, text.stream().filter(t -> t >= 0 && t < 11).count());
        }
    }

    /** Compiles as {@link Executors#best}, but says that it takes long. */
    private record Slow(Executor executor) implements Executor {

        @Override
        public String name() {
            return executor.name();
        }

        @Override
        public boolean hasKernel(Op op) {
            return executor.hasKernel(op);
        }

        @Override
        public boolean isQuick() {
            return false;
        }

        @Override
        public Program compile(Graph graph) {
            return executor.compile(graph);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void roomIsMadeWithNoDifferenceToTheText(int batch) {
        Gpt gpt = new Gpt(Gpt.Config.modern(11, 700, 2, 2, 16, 0), Scope.root(5));
        TokenSampler.Settings settings = new TokenSampler.Settings(1, 0, 1, 0);
        try (LanguageDecoder growing = new LanguageDecoder(gpt, batch, 700, new TokenSampler(11), Executors.best());
                LanguageDecoder roomy = new LanguageDecoder(gpt, batch, 700, new TokenSampler(11),
                        new Slow(Executors.best()))) {
            growing.begin(settings, 3);
            roomy.begin(settings, 3);
            int[][] unread = new int[batch][];
            Arrays.fill(unread, PROMPT);
            for (int i = 0; i < 300; i++) {
                int[] token = growing.next(unread);
                assertArrayEquals(roomy.next(unread), token);
                unread = Arrays.stream(token).mapToObj(t -> new int[] {t}).toArray(int[][]::new);
            }
        }
    }

    @Test
    void textsInABatchDoNotInfluenceEachOther() {
        try (LanguageDecoder one = new LanguageDecoder(model(), 1, 16, new TokenSampler(11), Executors.best());
                LanguageDecoder two = new LanguageDecoder(model(), 2, 16, new TokenSampler(11), Executors.best())) {
            one.begin(TokenSampler.Settings.greedy(), 1);
            two.begin(TokenSampler.Settings.greedy(), 1);
            int[] other = {7, 7, 7, 7, 7, 7, 7};
            assertArrayEquals(one.next(new int[][] {PROMPT}), Arrays.copyOf(two.next(new int[][] {PROMPT, other}), 1));
        }
    }
}
