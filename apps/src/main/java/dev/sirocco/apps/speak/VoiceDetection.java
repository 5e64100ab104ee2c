package dev.sirocco.apps.speak;

import dev.sirocco.apps.DeviceOption;
import dev.sirocco.apps.OutputNames;
import dev.sirocco.apps.Range;
import dev.sirocco.audio.Sound;
import dev.sirocco.models.nn.Scope;
import dev.sirocco.models.zoo.SileroVad;
import dev.sirocco.tensor.exec.Executor;
import dev.sirocco.tensor.exec.Program;
import dev.sirocco.tensor.io.AtomicFile;
import dev.sirocco.tensor.io.TensorFile;
import dev.sirocco.tensor.ir.DType;
import dev.sirocco.tensor.ir.Graph;
import dev.sirocco.tensor.ir.Shape;
import dev.sirocco.tensor.ir.State;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code sirocco speak detect}: when somebody speaks in a recording. */
@Command(name = "detect", mixinStandardHelpOptions = true, sortOptions = false, description = {
        "Says when somebody speaks in a recording, by Silero's voice activity detector.",
        "Recordings of another rate are resampled, and channels averaged."})
final class VoiceDetection implements Callable<Integer> {

    private static final int RATE = 16_000;
    /** Speech goes on until it is so much less likely than where it begins. */
    private static final double STICKINESS = 0.15;
    /** Shorter speech is none, and shorter silence is a part of the speech around it; in seconds. */
    private static final double LEAST_SPEECH = 0.25;
    private static final double LEAST_SILENCE = 0.1;

    @ParentCommand
    private Speak parent;

    @Parameters(paramLabel = "IN", description = "A recording: WAV, FLAC, MP3, Ogg or .g722.")
    private Path in;

    @Option(names = "--model", paramLabel = "FILE", required = true,
            description = "Silero's weights for 16 kHz, version 5, as safetensors.")
    private Path model;

    @Option(names = "--threshold", paramLabel = "P", defaultValue = "0.5",
            description = "How likely speech must be to begin (default 0.5).")
    private double threshold;

    @Option(names = "--csv", paramLabel = "FILE", description = "Write how likely it is, every 32 ms.")
    private Path csv;

    @Mixin
    private DeviceOption device;

    /** From and to, in seconds. */
    private record Stretch(double from, double to) {}

    @Override
    public Integer call() {
        new Range("--threshold", 0, 1).check(threshold);
        if (csv != null) {
            OutputNames.check(csv, ".csv");
        }
        Sound sound = Sound.read(in).resampled(RATE);
        SileroVad vad = Scope.load(TensorFile.open(model), _ -> false,
                scope -> new SileroVad(SileroVad.Config.published(), scope));
        vad.parameters().freeze();
        float[] likely = probabilities(vad, sound.samples(), device.executor());
        double step = vad.config().chunk() / (double) RATE;
        if (csv != null) {
            write(likely, step);
        }
        double spoken = 0;
        for (Stretch stretch : stretches(likely, step, sound.seconds())) {
            parent.terminal().out().printf(Locale.ROOT, "%8.2f … %.2f s%n", stretch.from, stretch.to);
            spoken += stretch.to - stretch.from;
        }
        parent.terminal().out().printf(Locale.ROOT, "%.1f s of speech in %.1f s%n", spoken, sound.seconds());
        return 0;
    }

    /** Of each chunk of the samples, behind whose end is silence. */
    private static float[] probabilities(SileroVad vad, float[] samples, Executor executor) {
        int chunk = vad.config().chunk();
        int context = vad.config().context();
        State hidden = new State("hidden", DType.F32, Shape.of(1, vad.config().memory()));
        State cell = new State("cell", DType.F32, Shape.of(1, vad.config().memory()));
        Graph g = new Graph();
        SileroVad.Heard heard = vad.apply(g.input("sound", DType.F32, 1, context + chunk),
                new SileroVad.Memory(g.read(hidden), g.read(cell)));
        g.output("probability", heard.probability());
        g.assign(hidden, heard.memory().hidden());
        g.assign(cell, heard.memory().cell());
        float[] likely = new float[Math.ceilDiv(samples.length, chunk)];
        float[] piece = new float[context + chunk];
        try (Program program = g.compile(executor)) {
            for (int i = 0; i < likely.length; i++) {
                for (int j = 0; j < piece.length; j++) {
                    int at = i * chunk - context + j;
                    piece[j] = at >= 0 && at < samples.length ? samples[at] : 0;
                }
                program.input("sound").set(piece);
                program.run();
                likely[i] = program.output("probability").scalar();
            }
        }
        return likely;
    }

    private List<Stretch> stretches(float[] likely, double step, double end) {
        List<Stretch> all = new ArrayList<>();
        double from = -1;
        double silentFrom = -1;
        for (int i = 0; i < likely.length; i++) {
            if (likely[i] >= threshold) {
                from = from < 0 ? i * step : from;
                silentFrom = -1;
            } else if (from >= 0 && likely[i] < threshold - STICKINESS) {
                silentFrom = silentFrom < 0 ? i * step : silentFrom;
                if ((i + 1) * step - silentFrom >= LEAST_SILENCE) {
                    all.add(new Stretch(from, silentFrom));
                    from = -1;
                    silentFrom = -1;
                }
            }
        }
        if (from >= 0) {
            all.add(new Stretch(from, silentFrom < 0 ? end : silentFrom));
        }
        all.removeIf(stretch -> stretch.to - stretch.from < LEAST_SPEECH);
        return all;
    }

    private void write(float[] likely, double step) {
        StringBuilder text = new StringBuilder("seconds,probability\n");
        for (int i = 0; i < likely.length; i++) {
            text.append(String.format(Locale.ROOT, "%.3f,%.6f%n", i * step, likely[i]));
        }
        AtomicFile.write(csv, text.toString().getBytes(StandardCharsets.UTF_8));
    }
}
