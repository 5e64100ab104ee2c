package dev.sirocco.models.zoo;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.sirocco.models.GoldenNetwork;
import dev.sirocco.models.nn.Activation;
import dev.sirocco.models.nn.Scope;
import dev.sirocco.tensor.ir.Tensor;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ClipTest {

    private static final Clip.Config TINY =
            new Clip.Config(8, 4, 3, 2, 2, 16, 20, 13, 7, 2, 3, 12, 28, 12, 10, Activation.QUICK_GELU);

    @Test
    void computesWhatTransformersDoes() {
        GoldenNetwork.check("clip.safetensors", s -> new Clip(TINY, s), Clip::parameters, (clip, in) -> {
            Tensor pictures = clip.ofPictures(in.get("pictures"));
            Tensor captions = clip.ofCaptions(in.get("captions"));
            return Map.of("ofPictures", pictures, "ofCaptions", captions, "logits", clip.logits(pictures, captions),
                    "loss", clip.loss(in.get("pictures"), in.get("captions")));
        });
    }

    @Test
    void hasThePublishedSize() {
        assertEquals(151_277_313, new Clip(Clip.Config.b32(), Scope.root(1)).parameters().count());
    }
}
