package dev.sirocco.vision.train;

import dev.sirocco.models.zoo.Clip;
import dev.sirocco.tensor.exec.Program;
import dev.sirocco.tensor.ir.DType;
import dev.sirocco.tensor.ir.Graph;
import dev.sirocco.tensor.ir.Tensor;
import dev.sirocco.vision.Augmentation;
import dev.sirocco.vision.Picture;
import java.util.List;

/** A network that tells which caption in a batch belongs to which picture; the loss is in nats a pair. */
public final class ContrastiveTask extends PictureTask {

    /**
     * Pictures and their captions.
     *
     * @param pictures of one size and number of channels
     * @param captions for each picture the tokens, as many as the network's context is long
     */
    public record Pairs(List<Picture> pictures, List<int[]> captions) {}

    private final Clip clip;
    private final Pairs training;
    private final Pairs validation;

    /** @param validation may be empty */
    public ContrastiveTask(Clip clip, Pairs training, Pairs validation, Augmentation augmentation, int batch,
            long seed) {
        super(clip.parameters(), training.pictures, validation.pictures, augmentation, batch, seed);
        this.clip = clip;
        this.training = training;
        this.validation = validation;
    }

    @Override
    public Tensor loss(Graph g) {
        return clip.loss(pictures(g), g.input("captions", DType.I32, batch(), clip.config().context()));
    }

    @Override
    void fillOthers(Program program, int[] items, boolean isTraining) {
        Pairs from = isTraining ? training : validation;
        int context = clip.config().context();
        int[] captions = new int[items.length * context];
        for (int row = 0; row < items.length; row++) {
            System.arraycopy(from.captions.get(items[row]), 0, captions, row * context, context);
        }
        program.input("captions").set(captions);
    }
}
