package dev.sirocco.audio.features;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sirocco.audio.Signals;
import dev.sirocco.audio.metrics.SpectralDistance;
import dev.sirocco.tensor.exec.Executor;
import dev.sirocco.tensor.exec.Executors;
import dev.sirocco.tensor.exec.Program;
import dev.sirocco.tensor.grad.Grad;
import dev.sirocco.tensor.io.Safetensors;
import dev.sirocco.tensor.ir.DType;
import dev.sirocco.tensor.ir.Graph;
import dev.sirocco.tensor.ir.Shape;
import dev.sirocco.tensor.ir.Storage;
import dev.sirocco.tensor.ir.Tensor;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Against the numbers of src/test/python/golden_features.py. */
class FeaturesTest {

    private static final Safetensors GOLDEN = golden();
    private static final float[] SOUND = GOLDEN.get("sound").floats();

    private static final MelSpectrogram SMALL =
            new MelSpectrogram(16_000, 256, 256, 80, 20, 0, 8000, MelScale.SLANEY, true, 2, Framing.CENTRED, 1e-10);

    private static Safetensors golden() {
        try {
            return Safetensors.open(
                    Path.of(FeaturesTest.class.getResource("/dev/sirocco/audio/features.safetensors").toURI()));
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The error is measured by the largest of the numbers. */
    private static void assertClose(String what, float[] expected, float[] actual, double tolerance) {
        assertEquals(expected.length, actual.length, what);
        double largest = 0;
        double error = 0;
        for (int i = 0; i < expected.length; i++) {
            assertTrue(Float.isFinite(actual[i]), what + " [" + i + "] is " + actual[i]);
            largest = Math.max(largest, Math.abs(expected[i]));
            error = Math.max(error, Math.abs(expected[i] - actual[i]));
        }
        assertTrue(error <= tolerance * largest,
                "%s: off by %.2e where the largest is %.2e".formatted(what, error, largest));
    }

    /** A feature and the gradient of the mean of its squares. */
    private static void check(String name, UnaryOperator<Tensor> feature) {
        for (Executor executor : List.of(Executors.reference(), Executors.vector())) {
            Graph g = new Graph();
            Tensor samples = g.input("samples", DType.F32, SOUND.length);
            Tensor y = feature.apply(samples);
            g.output("y", y);
            g.output("gradient", Grad.of(y.square().mean(), List.of(samples)).getFirst());
            try (Program p = g.compile(executor)) {
                p.input("samples").set(SOUND);
                p.run();
                Storage expected = GOLDEN.get(name);
                assertEquals(expected.shape(), p.output("y").shape(), name);
                assertClose(name, expected.floats(), p.output("y").floats(), 1e-4);
                assertClose(name + "'s gradient", GOLDEN.get(name + ".gradient").floats(),
                        p.output("gradient").floats(), 1e-3);
            }
        }
    }

    // ---- mel spectrograms -------------------------------------------------------------------------------------------

    @ParameterizedTest
    @CsvSource({"HTK, false, filters.htk.peak", "HTK, true, filters.htk.area", "SLANEY, false, filters.slaney.peak",
            "SLANEY, true, filters.slaney.area"})
    void filtersAreLibrosas(MelScale scale, boolean isEvenArea, String name) {
        Storage filters = new MelFilters(16_000, 256, 20, 60, 7600, scale, isEvenArea).matrix();
        assertEquals(GOLDEN.get(name).shape(), filters.shape());
        assertClose(name, GOLDEN.get(name).floats(), filters.floats(), 1e-5);
    }

    @ParameterizedTest
    @EnumSource(MelScale.class)
    void aMelScaleGoesBothWays(MelScale scale) {
        for (double hertz : new double[] {0, 20, 999, 1000, 1001, 12_000}) {
            assertEquals(hertz, scale.hertz(scale.mel(hertz)), 1e-8);
        }
        assertEquals(scale == MelScale.HTK ? 999.99 : 15, scale.mel(1000), 0.01);
    }

    @Test
    void filtersBeyondTheSpectrumAreRefused() {
        assertThrows(IllegalArgumentException.class,
                () -> new MelFilters(16_000, 256, 20, 0, 8001, MelScale.HTK, false));
        assertThrows(IllegalArgumentException.class,
                () -> new MelFilters(16_000, 256, 20, 500, 500, MelScale.HTK, false));
    }

    @Test
    void presetsAreWhatVocosAndLibrosaCompute() {
        check("vocos24k", MelSpectrogram.vocos24k()::logarithm);
        check("speech16k", MelSpectrogram.speech16k()::logarithm);
    }

    @Test
    void powersUnderAShortWindowInsideTheSoundAreLibrosas() {
        check("power", new MelSpectrogram(16_000, 256, 200, 80, 20, 60, 7600, MelScale.SLANEY, true, 2, Framing.INSIDE,
                1e-10)::of);
    }

    // ---- cepstra ----------------------------------------------------------------------------------------------------

    @Test
    void cepstraAreLibrosasAndTorchaudios() {
        MelSpectrogram htk = new MelSpectrogram(16_000, 256, 256, 80, 20, 0, 8000, MelScale.HTK, false, 2,
                Framing.CENTRED, 1e-10);
        check("mfcc.librosa", new Mfcc(SMALL, 13, Mfcc.Loudness.DECIBELS)::of);
        check("mfcc.torchaudio", new Mfcc(htk, 13, Mfcc.Loudness.DECIBELS)::of);
        check("mfcc.log", new Mfcc(htk, 13, Mfcc.Loudness.LOGARITHM)::of);
    }

    @Test
    void decibelsNeedTheWholeSound() {
        Mfcc decibels = new Mfcc(SMALL, 13, Mfcc.Loudness.DECIBELS);
        assertThrows(IllegalStateException.class, () -> decibels.analysis(Executors.best()));
    }

    // ---- sounds of any length ---------------------------------------------------------------------------------------

    @ParameterizedTest
    @EnumSource(Framing.class)
    void blocksGiveWhatTheWholeSoundGives(Framing framing) {
        MelSpectrogram mel = SMALL.withFraming(framing);
        try (FrameAnalysis analysis = mel.analysis(Executors.best())) {
            for (int length : new int[] {256, 257, 1500, 80 * 64 + 255, 80 * 200 + 17}) {
                float[] samples = Signals.noise(0.5, 16_000, length).samples();
                Graph g = new Graph();
                g.output("mel", mel.logarithm(g.input("samples", DType.F32, length)).transpose());
                try (Program p = g.compile(Executors.best())) {
                    p.input("samples").set(samples);
                    p.run();
                    float[][] rows = analysis.of(samples);
                    float[] all = new float[rows.length * mel.nMels()];
                    for (int t = 0; t < rows.length; t++) {
                        System.arraycopy(rows[t], 0, all, t * mel.nMels(), mel.nMels());
                    }
                    assertClose(framing + " of " + length, p.output("mel").floats(), all, 1e-5);
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 7, 255})
    void aSoundShorterThanAFrameHasFrames(int length) {
        try (FrameAnalysis analysis = SMALL.analysis(Executors.best())) {
            assertEquals(256 / 80 + 1, analysis.of(new float[length]).length);
        }
    }

    // ---- distances --------------------------------------------------------------------------------------------------

    @Test
    void theDistanceIsParallelWaveGansInAGraphAndOutside() {
        float[] other = GOLDEN.get("other").floats();
        double convergence = GOLDEN.get("distance.convergence").scalar();
        double magnitude = GOLDEN.get("distance.magnitude").scalar();
        for (Executor executor : List.of(Executors.reference(), Executors.vector())) {
            Graph g = new Graph();
            Tensor expected = g.input("expected", DType.F32, SOUND.length);
            Tensor actual = g.input("actual", DType.F32, SOUND.length);
            MultiResolutionStft.Distance distance = MultiResolutionStft.published().of(expected, actual);
            g.output("convergence", distance.convergence());
            g.output("magnitude", distance.logMagnitude());
            g.output("gradient", Grad.of(distance.sum(), List.of(actual)).getFirst());
            try (Program p = g.compile(executor)) {
                p.input("expected").set(SOUND);
                p.input("actual").set(other);
                p.run();
                assertEquals(convergence, p.output("convergence").scalar(), 1e-5);
                assertEquals(magnitude, p.output("magnitude").scalar(), 1e-4);
                assertClose("gradient", GOLDEN.get("distance.gradient").floats(), p.output("gradient").floats(), 2e-3);
            }
        }
    }

    @Test
    void theMetricIsTheGraphsDistance() {
        float[] sound = Signals.noise(0.5, 16_000, 9001).samples();
        float[] other = Signals.chirp(100, 4000, 16_000, 9001).samples();
        Graph g = new Graph();
        MultiResolutionStft.Distance distance = MultiResolutionStft.published()
                .of(g.constant(Storage.of(Shape.of(9001), sound)), g.constant(Storage.of(Shape.of(9001), other)));
        SpectralDistance metric = SpectralDistance.of(sound, other, Executors.best());
        assertEquals(distance.convergence().eval().scalar(), metric.convergence(), 1e-5);
        assertEquals(distance.logMagnitude().eval().scalar(), metric.logMagnitude(), 1e-5);
        assertEquals(new SpectralDistance(0, 0), SpectralDistance.of(sound, sound, Executors.best()));
    }

    @Test
    void silenceIsAsFarAsCanBe() {
        float[] sound = Signals.noise(0.5, 16_000, 6000).samples();
        assertEquals(1, SpectralDistance.of(sound, new float[6000], Executors.best()).convergence(), 0.01);
    }

    @Test
    void equalSoundsHaveNoGradient() {
        Graph g = new Graph();
        Tensor sound = g.input("sound", DType.F32, 2, 2000);
        Tensor actual = sound.alias();
        Tensor sum = MultiResolutionStft.sparse().of(sound, actual).sum();
        g.output("distance", sum);
        g.output("gradient", Grad.of(sum, List.of(actual)).getFirst());
        try (Program p = g.compile(Executors.vector())) {
            p.input("sound").set(Signals.noise(0.5, 16_000, 4000).samples());
            p.run();
            assertEquals(0, p.output("distance").scalar(), 1e-6);
            for (float x : p.output("gradient").floats()) {
                assertEquals(0, x);
            }
        }
    }
}
