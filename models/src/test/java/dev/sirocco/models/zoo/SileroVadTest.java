package dev.sirocco.models.zoo;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.sirocco.models.GoldenNetwork;
import dev.sirocco.models.nn.Scope;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SileroVadTest {

    @Test
    void computesWhatPyTorchDoes() {
        GoldenNetwork.check("vad.safetensors",
                scope -> new SileroVad(new SileroVad.Config(16, List.of(6, 5, 5, 7)), scope), SileroVad::parameters,
                (vad, in) -> {
                    SileroVad.Heard heard = vad.apply(in.get("sound"),
                            new SileroVad.Memory(in.get("hidden"), in.get("cell")));
                    return Map.of("probability", heard.probability(), "hidden", heard.memory().hidden(),
                            "cell", heard.memory().cell());
                });
    }

    @Test
    void hasThePublishedSizes() {
        SileroVad.Config published = SileroVad.Config.published();
        assertEquals(576, published.chunk() + published.context());
        assertEquals(309_633 - 258 * 256, new SileroVad(published, Scope.root(1)).parameters().count());
    }
}
