package dev.sirocco.models.zoo;

import dev.sirocco.models.GoldenNetwork;
import dev.sirocco.models.nn.Scope;
import dev.sirocco.tensor.ir.Tensor;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Networks as large as the published ones compute what PyTorch's do. */
@EnabledIfEnvironmentVariable(named = "SIROCCO_PUBLISHED_SIZES", matches = ".+",
        disabledReason = "compares with files that published_sizes.py makes: name their folder in SIROCCO_PUBLISHED_SIZES")
class PublishedSizesTest {

    private static <M> void check(String name, Function<Scope, M> model,
            BiFunction<M, Map<String, Tensor>, Map<String, Tensor>> outputs) {
        GoldenNetwork.checkOutputs(Path.of(System.getenv("SIROCCO_PUBLISHED_SIZES"), name + ".safetensors"), model,
                outputs);
    }

    @Test
    void bert() {
        check("bert-tiny", new Bert.Config(50, 20, 2, 3, 3, 36, 70));
        check("bert-mini-lm", Bert.Config.miniLm());
        check("bert-base", Bert.Config.base());
    }

    private static void check(String name, Bert.Config config) {
        check(name, scope -> new Bert(config, scope), (bert, in) -> Map.of("hidden", bert.hidden(in.get("text"))));
    }

    @Test
    void vocos() {
        check("vocos-small", new Vocos.Config(20, 32, 48, 3, 64, 16, false));
        check("vocos-16k", new Vocos.Config(80, 256, 768, 6, 1024, 256, true));
        check("vocos-mel-24khz", Vocos.Config.published());
    }

    private static void check(String name, Vocos.Config config) {
        check(name, scope -> new Vocos(config, scope), (vocos, in) -> Map.of("sound", vocos.sound(in.get("mel"))));
    }

    @ParameterizedTest
    @CsvSource({"taesd, 4, false", "taef1, 16, false", "taef2, 32, true"})
    void taesd(String name, int latent, boolean hasPool) {
        Taesd.Config config = new Taesd.Config(latent, 64, hasPool);
        check(name + "-encoder", scope -> new Taesd.Encoder(config, scope),
                (encoder, in) -> Map.of("latents", encoder.apply(in.get("pictures"))));
        check(name + "-decoder", scope -> new Taesd.Decoder(config, scope),
                (decoder, in) -> Map.of("pictures", decoder.apply(in.get("latents"))));
    }

    @Test
    void autoencoderKl() {
        check("vae-small", new AutoencoderKl.Config(3, 3, List.of(32, 64), 1, 8, true, true, 1, 0));
        check("vae-16-channels", new AutoencoderKl.Config(3, 16, List.of(32, 64, 64), 2, 32, true, false, 1, 0));
        check("vae-stable-diffusion", AutoencoderKl.Config.stableDiffusion());
    }

    private static void check(String name, AutoencoderKl.Config config) {
        check(name, scope -> new AutoencoderKl(config, scope), (vae, in) -> Map.of(
                "mean", vae.encode(in.get("pictures")).mean(), "decoded", vae.decode(in.get("latents"))));
    }

    @Test
    void dit() {
        check("dit-small", new Dit.Config(8, 2, 3, 3, 3, 48, 7, true));
        check("dit-s4", new Dit.Config(32, 4, 4, 12, 6, 384, 1000, true));
        check("dit-xl2", Dit.Config.published());
    }

    private static void check(String name, Dit.Config config) {
        check(name, scope -> new Dit(config, scope), (dit, in) -> Map.of(
                "output", dit.apply(in.get("x"), in.get("times"), in.get("classes"), null)));
    }
}
