package dev.sirocco.models.zoo;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.sirocco.models.GoldenNetwork;
import dev.sirocco.models.nn.Scope;
import dev.sirocco.tensor.ir.DType;
import dev.sirocco.tensor.ir.Graph;
import dev.sirocco.tensor.ir.Shape;
import dev.sirocco.tensor.ir.Storage;
import dev.sirocco.tensor.ir.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class VocosDiscriminatorsTest {

    @Test
    void computeWhatTheAuthorsDo() {
        var config = new VocosDiscriminators.Config(List.of(2, 3), List.of(3, 4, 2, 5, 3), List.of(64, 32), 4, 3);
        GoldenNetwork.check("vocos-discriminators.safetensors", s -> new VocosDiscriminators(config, s),
                VocosDiscriminators::parameters, (all, in) -> {
                    Map<String, Tensor> out = new LinkedHashMap<>();
                    List<VocosDiscriminators.Verdict> verdicts = all.judge(in.get("sound"));
                    for (int i = 0; i < verdicts.size(); i++) {
                        List<Tensor> features = verdicts.get(i).features();
                        for (int k = 0; k < features.size(); k++) {
                            out.put(i + "." + k, features.get(k));
                        }
                        out.put(i + ".score", verdicts.get(i).score());
                    }
                    return out;
                });
    }

    @Test
    void haveThePublishedSizes() {
        var published = VocosDiscriminators.Config.published();
        var none = List.<Integer>of();
        var periods = new VocosDiscriminators.Config(published.periods(), published.periodChannels(), none, 4, 1);
        var spectra = new VocosDiscriminators.Config(none, none, published.fftSizes(), 4,
                published.bandChannels());
        assertEquals(5 * 8_221_154, new VocosDiscriminators(periods, Scope.root(1)).parameters().count());
        assertEquals(3 * 471_330, new VocosDiscriminators(spectra, Scope.root(1)).parameters().count());
    }

    /** Scores of 2 and -0.5 for real sounds, of 0.25 and -3 for made ones. */
    @Test
    void lossesAreHingesAndDistances() {
        var config = new VocosDiscriminators.Config(List.of(2), List.of(1), List.of(32), 4, 1);
        VocosDiscriminators all = new VocosDiscriminators(config, Scope.root(1));
        Graph g = new Graph();
        List<VocosDiscriminators.Verdict> real = List.of(verdict(g, 2, -0.5), verdict(g, 2, 2));
        List<VocosDiscriminators.Verdict> made = List.of(verdict(g, 0.25, -3), verdict(g, -1, 1));
        assertEquals((0 + 1.5) / 2 + (1.25 + 0) / 2 + 0.1 * (0 + (0 + 2) / 2.0),
                all.discrimination(real, made).eval().scalar(), 1e-6);
        assertEquals((0.75 + 4) / 2 + 0.1 * (2 + 0) / 2, all.deception(made).eval().scalar(), 1e-6);
        assertEquals((1.75 + 2.5) / 2 + 0.1 * (3 + 1) / 2, all.mismatch(real, made).eval().scalar(), 1e-6);
    }

    private static VocosDiscriminators.Verdict verdict(Graph g, double... scores) {
        Storage s = new Storage(DType.F32, Shape.of(1, scores.length));
        for (int i = 0; i < scores.length; i++) {
            s.set(i, (float) scores[i]);
        }
        Tensor score = g.constant(s);
        return new VocosDiscriminators.Verdict(score, List.of(score));
    }
}
