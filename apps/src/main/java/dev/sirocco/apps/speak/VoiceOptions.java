package dev.sirocco.apps.speak;

import dev.sirocco.apps.Home;
import dev.sirocco.apps.Range;
import dev.sirocco.tensor.exec.Executor;
import java.nio.file.Files;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/** Who speaks, and with which networks, for commands to mix in. */
final class VoiceOptions {

    @Option(names = "--voice", paramLabel = "NAME", description = "Who speaks (default: the model's first voice).")
    private String voice;

    @Option(names = "--steps", paramLabel = "N", description = "Steps of the flow (default 4).")
    private int steps = 4;

    @Option(names = "--acoustic", paramLabel = "DIR",
            description = "A folder that `" + AcousticModel.COMMAND + "` wrote.")
    private Path acoustic;

    @Option(names = "--vocoder", paramLabel = "DIR", description = "A folder that `" + Vocoder.COMMAND + "` wrote.")
    private Path vocoder;

    @Option(names = "--g2p", paramLabel = "DIR",
            description = "A folder that `" + PronunciationTraining.COMMAND + "` wrote.")
    private Path g2p;

    void check() {
        new Range("--steps", 1, 100).check(steps);
    }

    AcousticModel acoustic() {
        return AcousticModel.load(orBundled(acoustic, "acoustic"));
    }

    Vocoder vocoder() {
        return Vocoder.load(orBundled(vocoder, "vocoder"));
    }

    /** Where no network came with Sirocco, words that the dictionary lacks are spelled. */
    Script script(Executor executor) {
        Path network = orBundled(g2p, "g2p");
        return new Script(g2p == null && !Files.isDirectory(network) ? null : network, executor);
    }

    Speaker.Manner manner(AcousticModel model, double speed, double pitch) {
        return new Speaker.Manner(voice == null ? 0 : model.voice(voice), speed, pitch, steps);
    }

    static Path orBundled(Path given, String part) {
        return given == null ? Home.checkpoint("speak").resolve(part) : given;
    }
}
