package dev.sirocco.models.zoo;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.sirocco.models.GoldenNetwork;
import dev.sirocco.models.nn.Scope;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ConvNextTest {

    @Test
    void computesWhatTransformersDoes() {
        ConvNext.Config config = new ConvNext.Config(3, 4, List.of(1, 2), List.of(8, 12), 5, 1e-6);
        GoldenNetwork.check("convnext.safetensors", s -> new ConvNext(config, s), ConvNext::parameters, (net, in) ->
                Map.of("logits", net.logits(in.get("pictures")), "features", net.features(in.get("pictures"))));
    }

    @Test
    void hasThePublishedSize() {
        assertEquals(28_589_128, new ConvNext(ConvNext.Config.tiny(1000), Scope.root(1)).parameters().count());
    }
}
