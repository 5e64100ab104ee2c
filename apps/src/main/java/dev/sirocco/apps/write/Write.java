package dev.sirocco.apps.write;

import dev.sirocco.apps.DeviceOption;
import dev.sirocco.apps.Interrupt;
import dev.sirocco.apps.MachineMemory;
import dev.sirocco.apps.Range;
import dev.sirocco.apps.Sirocco;
import dev.sirocco.apps.Terminal;
import dev.sirocco.models.sample.TokenSampler;
import dev.sirocco.tensor.exec.Executor;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code sirocco write}: text from a model. */
@Command(name = "write", mixinStandardHelpOptions = true, sortOptions = false,
        description = "Continues a text, character by character, or token by token.",
        subcommands = {Train.class, Evaluate.class, Report.class, Search.class},
        footer = "A prompt that is the name of a subcommand comes after --: sirocco write -- train")
public final class Write implements Callable<Integer> {

    static final int MOST_SAMPLES = 4096;
    static final double MOST_CHARACTERS = 1e9;

    private static final String RULER = "-".repeat(72);

    @ParentCommand
    private Sirocco parent;

    @Parameters(arity = "0..1", paramLabel = "PROMPT", defaultValue = "",
            description = "The text to continue; may be empty.")
    private String prompt;

    @Option(names = "--chars", paramLabel = "N", defaultValue = "500",
            description = "Characters to write (default 500).")
    private int characters;

    @Option(names = "-n", paramLabel = "N", defaultValue = "1", description = "Texts to write, at once (default 1).")
    private int samples;

    @Mixin
    private SamplingOptions sampling;

    @Mixin
    private ModelOption modelOption;

    @Mixin
    private DeviceOption device;

    Terminal terminal() {
        return parent.terminal();
    }

    @Override
    public Integer call() {
        new Range("--chars", 0, MOST_CHARACTERS).check(characters);
        new Range("-n", 1, MOST_SAMPLES).check(samples);
        TokenSampler.Settings settings = sampling.settings();
        Executor executor = device.executor();
        TextModel model = TextModel.load(modelOption.folder(), executor);
        MachineMemory.require(model.bytes(samples), "write fewer texts at once (-n)");
        try (Interrupt interrupt = new Interrupt();
                Continuation texts = new Continuation(model, prompt, samples, settings, sampling.seed(), executor)) {
            if (samples == 1) {
                stream(texts, interrupt);
            } else {
                collect(texts, interrupt);
            }
        }
        return 0;
    }

    /** One text, shown as it comes; until nobody reads any more. */
    private void stream(Continuation texts, Interrupt interrupt) {
        Terminal terminal = terminal();
        terminal.out().print(prompt);
        int left = characters;
        while (left > 0 && !texts.isOver() && terminal.flush() && !interrupt.isRequested()) {
            String next = Continuation.first(texts.next()[0], left);
            left -= next.codePointCount(0, next.length());
            terminal.out().print(next);
        }
        terminal.out().println();
        terminal.flush();
    }

    /** Several texts, shown one after the other when all are written. */
    private void collect(Continuation texts, Interrupt interrupt) {
        terminal().out().println(texts.next(characters, interrupt).stream().map(prompt::concat)
                .collect(Collectors.joining("\n" + RULER + "\n")));
        terminal().flush();
    }
}
