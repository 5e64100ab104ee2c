package dev.sirocco.apps.speak;

import dev.sirocco.apps.DeviceOption;
import dev.sirocco.apps.Interrupt;
import dev.sirocco.apps.Terminal;
import dev.sirocco.apps.train.ModelFolder;
import dev.sirocco.apps.train.TrainingOptions;
import dev.sirocco.models.nn.Scope;
import dev.sirocco.models.optim.AdamW;
import dev.sirocco.models.optim.Muon;
import dev.sirocco.models.optim.Optimizer;
import dev.sirocco.models.optim.Schedule;
import dev.sirocco.models.train.Trainer;
import dev.sirocco.models.zoo.Gpt;
import dev.sirocco.tensor.ir.UserError;
import dev.sirocco.text.pronunciation.Lexicon;
import dev.sirocco.text.pronunciation.LexiconSplit;
import dev.sirocco.text.pronunciation.PronunciationTask;
import dev.sirocco.text.pronunciation.SpellingNetwork;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** {@code sirocco speak train g2p}: a network that pronounces the words that the dictionary lacks. */
@Command(name = "g2p", mixinStandardHelpOptions = true, sortOptions = false, description = {
        "Trains a network to pronounce words from their letters, on nine tenths of the CMU Pronouncing Dictionary.",
        "Ctrl-C saves; --resume goes on."})
final class PronunciationTraining implements Callable<Integer> {

    /** What makes folders with such networks. */
    static final String COMMAND = "sirocco speak train g2p";

    private static final double DECAY = 0.1;
    /** Of Muon's learning rate: AdamW's, for all that is not a matrix of a layer. */
    private static final double ADAM_SHARE = 0.15;

    @ParentCommand
    private SpeakTraining parent;

    @Option(names = "--layers", paramLabel = "N", description = "Layers of the transformer (default 4).")
    private Integer layers;

    @Option(names = "--width", paramLabel = "N", description = "Its width, a multiple of 8 (default 192).")
    private Integer width;

    @Option(names = "--dropout", paramLabel = "X", description = "Dropout rate (default 0.05).")
    private Double dropout;

    @Mixin
    private TrainingOptions training;

    @Mixin
    private DeviceOption device;

    @Override
    public Integer call() {
        PronunciationRun run = settings();
        Lexicon lexicon = Lexicon.cmu();
        LexiconSplit split = LexiconSplit.of(lexicon);
        long seed = run.training().seed();
        Gpt gpt = new Gpt(SpellingNetwork.config(run.layers(), run.width(), run.dropout()), Scope.root(seed));
        train(run, gpt, new PronunciationTask(gpt, lexicon, split, run.training().batch(), seed), split);
        return 0;
    }

    private PronunciationRun settings() {
        Map<String, Object> given = new LinkedHashMap<>();
        given.put("layers", layers);
        given.put("width", width);
        given.put("dropout", dropout);
        PronunciationRun run = training.settings(PronunciationRun.class, PronunciationRun::start, given);
        run.check();
        return run;
    }

    private void train(PronunciationRun run, Gpt gpt, PronunciationTask task, LexiconSplit split) {
        Terminal terminal = parent.terminal();
        Path out = training.folder();
        // The interrupt outlives the trainer's own handling of signals, so that the weights are exported too.
        try (Interrupt _ = new Interrupt(); Trainer trainer = new Trainer(task,
                optimizer(gpt, run.training().learningRate()), Schedule.linear(0).withWarmup(0.02),
                run.training().config(0, 0), out, gpt.texts(), device.executor(), terminal.out())) {
            training.write(run);
            if (training.isResumed() && !trainer.resume()) {
                throw new UserError(out + " holds no checkpoint to resume from: train without --resume");
            }
            terminal.out().printf("%,d words, %,d held out; %,d parameters; %s%n", split.training().size(),
                    split.held().size(), gpt.parameters().count(), out);
            trainer.run();
            if (Files.exists(Trainer.lastCheckpoint(out))) {
                ModelFolder.export(out);
            }
        }
    }

    private static Optimizer optimizer(Gpt gpt, double rate) {
        return gpt.optimizer(new Muon(rate, DECAY), new AdamW(rate * ADAM_SHARE, 0.9, 0.95, 1e-10, 0));
    }
}
