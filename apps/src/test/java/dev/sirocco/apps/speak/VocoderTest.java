package dev.sirocco.apps.speak;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sirocco.apps.train.ModelFolder;
import dev.sirocco.apps.train.TrainingSettings;
import dev.sirocco.audio.Sound;
import dev.sirocco.audio.features.MelSpectrogram;
import dev.sirocco.models.nn.Scope;
import dev.sirocco.models.train.Checkpoint;
import dev.sirocco.models.zoo.HarmonicVocos;
import dev.sirocco.tensor.exec.Executors;
import dev.sirocco.tensor.ir.UserError;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class VocoderTest {

    @TempDir
    Path folder;

    private void write() {
        Vocoder.Settings settings = Vocoder.Settings.of(MelSpectrogram.speech16k(), 16, 2);
        settings.write(folder);
        HarmonicVocos vocos = new HarmonicVocos(settings.network(), Scope.root(1));
        Checkpoint.write(folder.resolve("best.safetensors"), vocos.parameters().all(), List.of(), Map.of());
        ModelFolder.export(folder);
    }

    @Test
    void isReadAsItWasWritten() {
        write();
        assertEquals(MelSpectrogram.speech16k(), Vocoder.load(folder).mel());
    }

    @Test
    void aFolderWithoutOneIsRefused() {
        assertTrue(assertThrows(UserError.class, () -> Vocoder.load(folder)).getMessage().contains(Vocoder.COMMAND));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 255, 256, 22_050})
    void aRevoicedSoundIsAsLongAsTheSound(int samples) {
        write();
        Sound made = Vocoder.load(folder).revoiced(new Sound(new float[samples], 16_000), Executors.best());
        assertEquals(samples, made.samples().length);
        for (float x : made.samples()) {
            assertTrue(Float.isFinite(x));
        }
    }

    @Test
    void aSoundOfAnotherRateIsResampled() {
        write();
        Sound made = Vocoder.load(folder).revoiced(new Sound(new float[22_050], 22_050), Executors.best());
        assertEquals(16_000, made.rate());
        assertEquals(16_000, made.samples().length);
    }

    @Test
    void aRunIsDividedByItsShares() {
        VocoderRun run = new VocoderRun("a, b,a", "0.9,1", 1, 256, 8, 24, 5, 0.25, 0.999,
                new TrainingSettings(1000, 60, 8, 5e-4, 1, 250, 250, 10, 0, false)).check();
        assertEquals(List.of("a", "b", "a"), run.names());
        assertEquals(List.of(0.9, 1.0), run.paces());
        assertEquals(250, run.spectralTraining().steps());
        assertEquals(15, run.spectralTraining().minutes());
        assertEquals(750, run.adversarialTraining().steps());
        assertEquals(45, run.adversarialTraining().minutes());
        assertThrows(UserError.class, () -> VocoderRun.start("a").check());
    }
}
