package dev.sirocco.apps.speak;

import dev.sirocco.apps.DeviceOption;
import dev.sirocco.apps.Interrupt;
import dev.sirocco.apps.OutputNames;
import dev.sirocco.apps.Range;
import dev.sirocco.apps.Sirocco;
import dev.sirocco.apps.Terminal;
import dev.sirocco.tensor.exec.Executor;
import dev.sirocco.tensor.ir.UserError;
import dev.sirocco.text.speech.SpokenText;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code sirocco speak}: text to speech. */
@Command(name = "speak", mixinStandardHelpOptions = true, sortOptions = false,
        description = {"Speaks a text.", "Without -o and --play the file is called after the text."},
        subcommands = {SpeakTraining.class, SpeakEvaluation.class, Revoicing.class, VoiceDetection.class,
        FliteReading.class},
        footer = "A text that is the name of a subcommand comes after --: sirocco speak -- train")
public final class Speak implements Callable<Integer> {

    private static final int NAME_LENGTH = 200;

    @ParentCommand
    private Sirocco parent;

    @Parameters(arity = "0..1", paramLabel = "TEXT",
            description = "What to say; without it and --file, what comes in from the standard input.")
    private String text;

    @Option(names = "--file", paramLabel = "FILE", description = "Say what is in this file, in UTF-8.")
    private Path file;

    @Option(names = {"-o", "--out"}, paramLabel = "FILE", description = "Write a .wav, .flac, .mp3, .ogg or .g722.")
    private Path out;

    @Option(names = "--play", description = "Play it on the system's default device.")
    private boolean isPlayed;

    @Option(names = "--speed", paramLabel = "X", defaultValue = "1",
            description = "How fast, 2 being twice as fast (default 1).")
    private double speed;

    @Option(names = "--pitch", paramLabel = "ST", defaultValue = "0",
            description = "How much higher, in semitones (default 0).")
    private double pitch;

    @Option(names = "--seed", paramLabel = "S", defaultValue = "1",
            description = "Seed of the noise that the flow begins in (default 1).")
    private long seed;

    @Option(names = "--mel", paramLabel = "FILE",
            description = "Draw the first sentence's spectrogram and where its sounds lie, as PNG.")
    private Path mel;

    @Mixin
    private VoiceOptions who;

    @Mixin
    private DeviceOption device;

    Terminal terminal() {
        return parent.terminal();
    }

    @Override
    public Integer call() {
        new Range("--speed", 0.25, 4).check(speed);
        new Range("--pitch", -12, 12).check(pitch);
        who.check();
        if (text != null && file != null) {
            throw new UserError("a text and --file: give one of them");
        }
        if (mel != null) {
            OutputNames.check(mel, ".png");
        }
        Path target = out != null || isPlayed ? out
                : OutputNames.of(text == null ? "" : text.substring(0, Math.min(NAME_LENGTH, text.length())), "speech",
                        ".wav", Path.of(""), 1).getFirst();
        if (target != null) {
            OutputNames.checkSound(target);
        }
        Executor executor = device.executor();
        AcousticModel model = who.acoustic();
        Speaker.Manner manner = who.manner(model, speed, pitch);
        try (Interrupt interrupt = new Interrupt(); SpokenText sentences = new SpokenText(reader());
                Script script = who.script(executor);
                Speaker speaker = new Speaker(model, who.vocoder(), executor);
                Speech speech = new Speech(target, isPlayed, model.settings().mel().sampleRate(), terminal().out())) {
            speech.speak(sentences, script, speaker, manner, seed, mel, interrupt);
            sayLeftOut(sentences.leftOut());
        }
        if (target != null) {
            terminal().out().println(target);
        }
        return 0;
    }

    private Reader reader() {
        if (text != null) {
            return new StringReader(text);
        }
        if (file == null) {
            return new InputStreamReader(terminal().in(), StandardCharsets.UTF_8);
        }
        try {
            return Files.newBufferedReader(file);
        } catch (IOException e) {
            throw new UserError(file + " cannot be read: name a text file", e);
        }
    }

    private void sayLeftOut(List<String> letters) {
        if (!letters.isEmpty()) {
            terminal().err().printf("sirocco: left out, as it cannot be spoken: %s%n", String.join(" ", letters));
        }
    }
}
