package dev.sirocco.models.sample;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.sirocco.models.sample.TokenSampler.Settings;
import dev.sirocco.tensor.exec.Executors;
import dev.sirocco.tensor.exec.Program;
import dev.sirocco.tensor.ir.DType;
import dev.sirocco.tensor.ir.Graph;
import dev.sirocco.tensor.ir.Shape;
import dev.sirocco.tensor.ir.State;
import dev.sirocco.tensor.ir.Storage;
import dev.sirocco.tensor.ir.Tensor;
import dev.sirocco.tensor.ir.UserError;
import org.junit.jupiter.api.Test;

class TokenSamplerTest {

    private static final double[] P = {0.1, 0.4, 0.05, 0.3, 0.15};
    private static final int ROWS = 4098;

    /** How often each token is drawn. */
    private static double[] draw(TokenSampler sampler, Settings settings, int seed) {
        State random = new State("random", Storage.of(Shape.of(2), seed, 0));
        Graph g = new Graph();
        g.randomFrom(random);
        float[] logits = new float[ROWS * P.length];
        for (int i = 0; i < logits.length; i++) {
            logits[i] = (float) Math.log(P[i % P.length]);
        }
        Tensor tokens = sampler.sample(g.constant(Storage.of(Shape.of(ROWS, P.length), logits)),
                g.input("settings", DType.F32, TokenSampler.NUMBERS));
        g.output("tokens", tokens);
        double[] counts = new double[P.length];
        try (Program p = g.compile(Executors.best())) {
            p.input("settings").set(settings.numbers());
            p.run();
            for (int token : p.output("tokens").ints()) {
                counts[token] += 1.0 / ROWS;
            }
        }
        return counts;
    }

    private static void assertDrawn(double[] expected, Settings settings) {
        assertArrayEquals(expected, draw(new TokenSampler(P.length), settings, 1), 0.03, settings.toString());
    }

    @Test
    void drawsFromTheDistribution() {
        assertDrawn(P, Settings.plain());
    }

    @Test
    void temperatureZeroTakesTheMostLikely() {
        assertArrayEquals(new double[] {0, 1, 0, 0, 0}, draw(new TokenSampler(5), Settings.greedy(), 1), 1e-9);
    }

    @Test
    void temperatureSharpens() {
        double sum = 0;
        for (double p : P) {
            sum += p * p;
        }
        assertDrawn(new double[] {0.01 / sum, 0.16 / sum, 0.0025 / sum, 0.09 / sum, 0.0225 / sum},
                new Settings(0.5, 0, 1, 0));
    }

    @Test
    void topKTopPAndMinPCutTheTail() {
        double[] firstTwo = {0, 4 / 7.0, 0, 3 / 7.0, 0};
        assertDrawn(firstTwo, new Settings(1, 2, 1, 0));
        assertDrawn(firstTwo, new Settings(1, 0, 0.65, 0));
        assertDrawn(firstTwo, new Settings(1, 0, 1, 0.5));
        assertDrawn(new double[] {0, 1, 0, 0, 0}, new Settings(1, 0, 0.01, 0));
    }

    @Test
    void tokensThatATokenizerLacksAreNeverDrawn() {
        assertArrayEquals(new double[] {0.2, 0.8, 0, 0, 0}, draw(new TokenSampler(2), Settings.plain(), 1), 0.03);
    }

    @Test
    void equalSeedsDrawEqually() {
        TokenSampler sampler = new TokenSampler(5);
        assertArrayEquals(draw(sampler, Settings.plain(), 7), draw(sampler, Settings.plain(), 7), 0);
    }

    @Test
    void settingsOutOfRangeAreRefused() {
        assertThrows(UserError.class, () -> new Settings(-1, 0, 1, 0));
        assertThrows(UserError.class, () -> new Settings(1, 0, 0, 0));
        assertEquals("min-p must be from 0 (off) to 1, not 2.0",
                assertThrows(UserError.class, () -> new Settings(1, 0, 1, 2)).getMessage());
    }
}
