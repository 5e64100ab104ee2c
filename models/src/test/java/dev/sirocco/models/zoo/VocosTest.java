package dev.sirocco.models.zoo;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.sirocco.models.GoldenNetwork;
import dev.sirocco.models.nn.Scope;
import dev.sirocco.tensor.exec.Executors;
import dev.sirocco.tensor.exec.Program;
import dev.sirocco.tensor.ir.Graph;
import dev.sirocco.tensor.ir.Shape;
import dev.sirocco.tensor.ir.Storage;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class VocosTest {

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void computesWhatTheAuthorsDoes(boolean isCentred) {
        Vocos.Config config = new Vocos.Config(5, 12, 20, 2, 16, 4, isCentred);
        GoldenNetwork.check(isCentred ? "vocos-centred.safetensors" : "vocos-same.safetensors",
                s -> new Vocos(config, s), Vocos::parameters,
                (net, in) -> Map.of("hidden", net.hidden(in.get("mel")), "sound", net.sound(in.get("mel"))));
    }

    @Test
    void hasThePublishedSize() {
        assertEquals(13_531_650, new Vocos(Vocos.Config.published(), Scope.root(1)).parameters().count());
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void soundOfAnyLengthIsMadeInPieces(boolean isCentred) {
        Vocos vocos = new Vocos(new Vocos.Config(5, 12, 20, 2, 16, 4, isCentred), Scope.root(1));
        Random random = new Random(1);
        try (VocosSynthesis synthesis = new VocosSynthesis(vocos, Executors.best())) {
            for (int frames : new int[] {1, 7, 64, 65, 500, 512, 513, 1024, 1300}) {
                float[] all = new float[5 * frames];
                float[][] mel = new float[frames][5];
                for (int t = 0; t < frames; t++) {
                    for (int m = 0; m < 5; m++) {
                        mel[t][m] = (float) random.nextGaussian();
                        all[m * frames + t] = mel[t][m];
                    }
                }
                float[] pieces = synthesis.sound(mel);
                assertEquals((frames - (isCentred ? 1 : 0)) * 4, pieces.length);
                // Up to 512 frames, what goes on behind the last one reaches back a little.
                int same = frames > 512 || frames % 64 == 0 ? pieces.length : Math.max(0, frames - 13) * 4;
                if (same > 0) {
                    Graph g = new Graph();
                    g.output("sound", vocos.sound(g.constant(Storage.of(Shape.of(1, 5, frames), all))));
                    try (Program p = g.compile(Executors.best())) {
                        p.run();
                        assertArrayEquals(Arrays.copyOf(p.output("sound").floats(), same), Arrays.copyOf(pieces, same),
                                1e-5f);
                    }
                }
            }
        }
    }
}
