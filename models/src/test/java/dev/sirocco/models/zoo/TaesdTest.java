package dev.sirocco.models.zoo;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.sirocco.models.GoldenNetwork;
import dev.sirocco.models.nn.Scope;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TaesdTest {

    @ParameterizedTest
    @CsvSource({"plain, false", "pooled, true"})
    void computesWhatPyTorchDoes(String name, boolean hasPool) {
        Taesd.Config tiny = new Taesd.Config(5, 6, hasPool);
        GoldenNetwork.check("taesd-encoder-" + name + ".safetensors", scope -> new Taesd.Encoder(tiny, scope),
                Taesd.Encoder::parameters, (encoder, in) -> Map.of("latents", encoder.apply(in.get("pictures"))));
        GoldenNetwork.check("taesd-decoder-" + name + ".safetensors", scope -> new Taesd.Decoder(tiny, scope),
                Taesd.Decoder::parameters, (decoder, in) -> Map.of("pictures", decoder.apply(in.get("latents"))));
    }

    @Test
    void hasThePublishedSize() {
        assertEquals(1_338_528, new Taesd.Encoder(Taesd.Config.flux2(), Scope.root(1)).parameters().count());
        assertEquals(1_222_532, new Taesd.Encoder(Taesd.Config.stableDiffusion(), Scope.root(1)).parameters().count());
    }
}
