package dev.sirocco.models.zoo;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.sirocco.models.GoldenNetwork;
import dev.sirocco.models.nn.Scope;
import java.util.Map;
import org.junit.jupiter.api.Test;

class VitTest {

    @Test
    void computesWhatTransformersDoes() {
        Vit.Config config = new Vit.Config(12, 4, 3, 2, 2, 16, 28, 5, 0);
        GoldenNetwork.check("vit.safetensors", s -> new Vit(config, s), Vit::parameters, (vit, in) ->
                Map.of("logits", vit.logits(in.get("pictures")), "hidden", vit.hidden(in.get("pictures"))));
    }

    @Test
    void hasThePublishedSize() {
        assertEquals(86_567_656, new Vit(Vit.Config.b16(1000), Scope.root(1)).parameters().count());
    }
}
