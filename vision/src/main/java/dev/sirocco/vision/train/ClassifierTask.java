package dev.sirocco.vision.train;

import dev.sirocco.models.nn.Losses;
import dev.sirocco.models.nn.Parameters;
import dev.sirocco.tensor.exec.Program;
import dev.sirocco.tensor.ir.DType;
import dev.sirocco.tensor.ir.Graph;
import dev.sirocco.tensor.ir.Tensor;
import dev.sirocco.vision.Augmentation;
import dev.sirocco.vision.LabelledPictures;
import java.util.Arrays;
import java.util.function.UnaryOperator;

/** A network that tells the class of a picture; the loss is in nats a picture. */
public final class ClassifierTask extends PictureTask {

    private final UnaryOperator<Tensor> logits;
    private final LabelledPictures training;
    private final LabelledPictures validation;
    private final double smoothing;

    /**
     * @param logits pictures (N, C, H, W) in [-1, 1] → (N, classes)
     * @param training at least two pictures, of one size and number of channels
     * @param validation of the same size; may be empty
     * @param smoothing the share of the target that is spread over all classes while training
     */
    public ClassifierTask(UnaryOperator<Tensor> logits, Parameters parameters, LabelledPictures training,
            LabelledPictures validation, Augmentation augmentation, int batch, double smoothing, long seed) {
        super(parameters, training.pictures(), validation.pictures(), augmentation, batch, seed);
        this.logits = logits;
        this.training = training;
        this.validation = validation;
        this.smoothing = smoothing;
    }

    @Override
    public Tensor loss(Graph g) {
        Tensor labels = g.input("labels", DType.I32, batch());
        return Losses.crossEntropy(logits.apply(pictures(g)), labels, g.training() ? smoothing : 0, 0);
    }

    @Override
    void fillOthers(Program program, int[] items, boolean isTraining) {
        LabelledPictures from = isTraining ? training : validation;
        program.input("labels").set(Arrays.stream(items).map(item -> from.labels()[item]).toArray());
    }
}
