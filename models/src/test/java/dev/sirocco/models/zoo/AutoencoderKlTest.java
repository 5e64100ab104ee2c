package dev.sirocco.models.zoo;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.sirocco.models.GoldenNetwork;
import dev.sirocco.models.nn.Scope;
import dev.sirocco.models.train.Records;
import dev.sirocco.tensor.ir.Graph;
import dev.sirocco.tensor.ir.Shape;
import dev.sirocco.tensor.ir.Storage;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class AutoencoderKlTest {

    private static final AutoencoderKl.Config TINY =
            new AutoencoderKl.Config(3, 2, List.of(8, 12), 1, 4, true, true, 0.18215, 0);

    @Test
    void computesWhatDiffusersDoes() {
        GoldenNetwork.check("autoencoder-kl.safetensors", s -> new AutoencoderKl(TINY, s), AutoencoderKl::parameters,
                (vae, in) -> {
                    AutoencoderKl.Posterior posterior = vae.encode(in.get("pictures"));
                    return Map.of("mean", posterior.mean(), "logVariance", posterior.logVariance(),
                            "decoded", vae.decode(in.get("latents")));
                });
    }

    @Test
    void hasThePublishedSize() {
        AutoencoderKl vae = new AutoencoderKl(AutoencoderKl.Config.stableDiffusion(), Scope.root(1));
        assertEquals(83_653_863, vae.parameters().count());
        assertEquals(8, vae.config().factor());
    }

    @Test
    void theConfigurationComesBackFromItsTexts() {
        assertEquals(TINY, Records.fromTexts(AutoencoderKl.Config.class, Records.toTexts(TINY)));
    }

    @Test
    void scalingIsUndone() {
        AutoencoderKl vae = new AutoencoderKl(TINY.withScale(0.3, 0.7), Scope.root(1));
        Storage z = Storage.of(Shape.of(3), new float[] {-2, 0, 5});
        assertArrayEquals(z.floats(), vae.unscaled(vae.scaled(new Graph().constant(z))).eval().floats(), 1e-5f);
    }
}
