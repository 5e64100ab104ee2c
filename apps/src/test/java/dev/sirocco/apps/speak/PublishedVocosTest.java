package dev.sirocco.apps.speak;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sirocco.audio.Sound;
import dev.sirocco.audio.features.MelScale;
import dev.sirocco.audio.features.MelSpectrogram;
import dev.sirocco.models.nn.Scope;
import dev.sirocco.models.zoo.Vocos;
import dev.sirocco.tensor.exec.Executors;
import dev.sirocco.tensor.exec.Program;
import dev.sirocco.tensor.io.Safetensors;
import dev.sirocco.tensor.ir.DType;
import dev.sirocco.tensor.ir.Graph;
import dev.sirocco.tensor.ir.Shape;
import dev.sirocco.tensor.ir.Storage;
import dev.sirocco.tensor.ir.UserError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PublishedVocosTest {

    /** In the form of charactr/vocos-mel-24khz. */
    private static final String CONFIG = """
            feature_extractor:
              class_path: vocos.feature_extractors.MelSpectrogramFeatures
              init_args:
                sample_rate: 24000
                n_fft: 64
                hop_length: 16
                n_mels: 6
                padding: PADDING

            backbone:
              class_path: vocos.models.VocosBackbone
              init_args:
                input_channels: 6
                dim: 12
                intermediate_dim: 20
                num_layers: 2

            head:
              class_path: vocos.heads.ISTFTHead
              init_args:
                dim: 12
                n_fft: 64
                hop_length: 16
                padding: PADDING
            """;

    @TempDir
    Path folder;

    private Vocos write(String padding) throws IOException {
        Files.writeString(folder.resolve("config.yaml"), CONFIG.replace("PADDING", padding));
        Vocos vocos = new Vocos(new Vocos.Config(6, 12, 20, 2, 64, 16, padding.equals("center")), Scope.root(1));
        Map<String, Storage> tensors = new LinkedHashMap<>();
        tensors.put("feature_extractor.mel_spec.spectrogram.window", Storage.of(Shape.of(64), new float[64]));
        vocos.parameters().all().forEach(p -> tensors.put(p.name(), p.storage()));
        Safetensors.write(folder.resolve("model.safetensors"), tensors, Map.of());
        return vocos;
    }

    /** What is heard is the network's sound of the spectrogram that the folder tells of. */
    @ParameterizedTest
    @ValueSource(strings = {"center", "same"})
    void aRecordingIsRevoiced(String padding) throws IOException {
        Vocos vocos = write(padding);
        Random random = new Random(1);
        float[] samples = new float[64 * 16];
        for (int i = 0; i < samples.length; i++) {
            samples[i] = (float) random.nextGaussian() / 4;
        }
        Vocoder vocoder = Vocoder.load(folder);
        float[] made = vocoder.revoiced(new Sound(samples, 24_000), Executors.best()).samples();
        assertEquals(samples.length, made.length);

        MelSpectrogram mel = vocoder.mel();
        assertEquals(MelScale.HTK, mel.scale());
        Graph g = new Graph();
        g.output("sound", vocos.sound(mel.logarithm(g.input("sound", DType.F32, 1, samples.length))));
        try (Program p = g.compile(Executors.reference())) {
            p.input("sound").set(samples);
            p.run();
            // The end sees the silence that follows.
            int same = samples.length - 20 * 16;
            assertArrayEquals(Arrays.copyOf(p.output("sound").floats(), same), Arrays.copyOf(made, same), 1e-4f);
        }
    }

    @Test
    void otherVocodersAreRefused() throws IOException {
        write("center");
        Path config = folder.resolve("config.yaml");
        for (String[] change : new String[][] {{"MelSpectrogramFeatures", "EncodecFeatures"}, {"n_fft: 64", "n_fft: x"},
            {"input_channels: 6", "input_channels: 7"}, {"feature_extractor:", "- ["}}) {
            Files.writeString(config, CONFIG.replace(change[0], change[1]));
            UserError refused = assertThrows(UserError.class, () -> Vocoder.load(folder), change[1]);
            assertTrue(refused.getMessage().startsWith(config.toString()), refused.getMessage());
        }
    }
}
