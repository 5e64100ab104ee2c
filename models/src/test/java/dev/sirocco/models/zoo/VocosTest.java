package dev.sirocco.models.zoo;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.sirocco.models.GoldenNetwork;
import dev.sirocco.models.nn.Scope;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class VocosTest {

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void computesWhatTheAuthorsDoes(boolean isCentred) {
        Vocos.Config config = new Vocos.Config(5, 12, 20, 2, 16, 4, isCentred);
        GoldenNetwork.check(isCentred ? "vocos-centred.safetensors" : "vocos-same.safetensors", s -> new Vocos(config, s),
                Vocos::parameters, (net, in) -> Map.of("hidden", net.hidden(in.get("mel")), "sound", net.sound(in.get("mel"))));
    }

    @Test
    void hasThePublishedSize() {
        assertEquals(13_531_650, new Vocos(Vocos.Config.published(), Scope.root(1)).parameters().count());
    }
}
