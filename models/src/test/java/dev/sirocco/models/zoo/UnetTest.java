package dev.sirocco.models.zoo;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.sirocco.models.GoldenNetwork;
import dev.sirocco.models.nn.Scope;
import dev.sirocco.models.train.Records;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class UnetTest {

    private static final Unet.Config TINY = new Unet.Config(3, List.of(8, 12), 1, List.of(1), 4, 4, 4, 0);

    @Test
    void computesWhatDiffusersDoes() {
        GoldenNetwork.check("unet.safetensors", s -> new Unet(TINY, s), Unet::parameters, (unet, in) -> Map.of(
                "output", unet.apply(in.get("x"), in.get("times"), in.get("classes"))));
    }

    @Test
    void hasThePublishedSize() {
        assertEquals(35_746_307, new Unet(Unet.Config.cifar10(), Scope.root(1)).parameters().count());
    }

    @Test
    void theConfigurationComesBackFromItsTexts() {
        Unet.Config config = new Unet.Config(1, List.of(8), 1, List.of(), 0, 4, 0, 0.1);
        assertEquals(config, Records.fromTexts(Unet.Config.class, Records.toTexts(config)));
    }
}
