package dev.sirocco.models.zoo;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.sirocco.models.GoldenNetwork;
import dev.sirocco.models.nn.Scope;
import java.util.Map;
import org.junit.jupiter.api.Test;

class BertTest {

    @Test
    void computesWhatTransformersDoes() {
        Bert.Config tiny = new Bert.Config(13, 10, 2, 2, 3, 12, 20);
        GoldenNetwork.check("bert.safetensors", scope -> new Bert(tiny, scope), Bert::parameters,
                (bert, in) -> Map.of("hidden", bert.hidden(in.get("text")), "sentence", bert.sentence(in.get("text"))));
    }

    @Test
    void isAsLargeAsPublished() {
        assertEquals(22_565_376, new Bert(Bert.Config.miniLm(), Scope.root(1)).parameters().count());
        assertEquals(108_891_648, new Bert(Bert.Config.base(), Scope.root(1)).parameters().count());
    }
}
