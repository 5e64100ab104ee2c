package dev.sirocco.apps.speak;

import dev.sirocco.apps.DeviceOption;
import dev.sirocco.apps.OutputNames;
import dev.sirocco.audio.Sound;
import dev.sirocco.audio.metrics.SpectralDistance;
import dev.sirocco.tensor.exec.Executor;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code sirocco speak revoice}: a recording by way of the vocoder. */
@Command(name = "revoice", mixinStandardHelpOptions = true, sortOptions = false, description = {
        "Makes a recording's mel spectrogram, and of that its sound again, by the vocoder; and says how close it is.",
        "Recordings of another rate are resampled, and channels averaged."})
final class Revoicing implements Callable<Integer> {

    @ParentCommand
    private Speak parent;

    @Parameters(index = "0", paramLabel = "IN", description = "A recording: WAV, FLAC, MP3, Ogg or .g722.")
    private Path in;

    @Parameters(index = "1", paramLabel = "OUT", description = "Where to write it, by the name's end.")
    private Path out;

    @Option(names = "--vocoder", paramLabel = "DIR", description = "A folder that `" + Vocoder.COMMAND + "` wrote.")
    private Path vocoder;

    @Mixin
    private DeviceOption device;

    @Override
    public Integer call() {
        OutputNames.checkSound(out);
        Sound recording = Sound.read(in);
        Vocoder loaded = Vocoder.load(VoiceOptions.orBundled(vocoder, "vocoder"));
        Executor executor = device.executor();
        Sound made = loaded.revoiced(recording, executor);
        made.write(out);
        Sound same = recording.resampled(made.rate());
        SpectralDistance distance = SpectralDistance.of(same.samples(), made.samples(), executor);
        parent.terminal().out().printf(Locale.ROOT,
                "%s: %.1f s at %,d Hz%n%s%nspectral convergence %.3f, distance of logarithms %.3f%n", out,
                made.seconds(), made.rate(), Likeness.of(same, made), distance.convergence(), distance.logMagnitude());
        return 0;
    }
}
