package dev.sirocco.apps.look;

import dev.sirocco.apps.DeviceOption;
import dev.sirocco.apps.Terminal;
import dev.sirocco.apps.data.PictureData;
import dev.sirocco.tensor.exec.Executor;
import dev.sirocco.vision.CaptionedPictures;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** {@code sirocco look eval}: how often a model is right about pictures that it was not trained on. */
@Command(name = "eval", mixinStandardHelpOptions = true, sortOptions = false, description = {
        "Measures a model on the pictures that were held out: the share whose class it tells, or how often the right "
        + "caption is among the first of twenty."})
final class LookEvaluation implements Callable<Integer> {

    @ParentCommand
    private Look parent;

    @Option(names = "--model", paramLabel = "DIR", required = true,
            description = "A folder that `sirocco look train` wrote.")
    private Path folder;

    @Option(names = "--data", paramLabel = "DATA", arity = "1..*", required = true, description = "As for training.")
    private List<String> data;

    @Mixin
    private DeviceOption device;

    @Override
    public Integer call() {
        Terminal terminal = parent.terminal();
        PictureData pictures = new PictureData(terminal.out()::println);
        Executor executor = device.executor();
        if (Classifier.isIn(folder)) {
            terminal.out().println(Accuracy.of(Classifier.load(folder), pictures.labelled(data.getFirst()).held(),
                    executor));
            return 0;
        }
        Matcher matcher = Matcher.load(folder);
        CaptionedPictures held = pictures.captioned(data).held();
        float[][] ofPictures = matcher.ofPictures(matcher.form().fit(held.pictures()), executor);
        float[][] ofCaptions = matcher.ofCaptions(held.captions(), executor);
        terminal.out().println(Ranking.of(ofPictures, ofCaptions, held.captions()));
        return 0;
    }
}
