package dev.sirocco.vision.train;

import dev.sirocco.models.nn.Parameters;
import dev.sirocco.models.train.Task;
import dev.sirocco.tensor.exec.Program;
import dev.sirocco.tensor.ir.DType;
import dev.sirocco.tensor.ir.Graph;
import dev.sirocco.tensor.ir.Tensor;
import dev.sirocco.vision.Augmentation;
import dev.sirocco.vision.Batches;
import dev.sirocco.vision.Picture;
import java.util.List;

/** Training on pictures, changed a little at random, and validation on others as they are. */
abstract class PictureTask implements Task {

    private final Parameters parameters;
    private final Batches training;
    private final Picture first;
    private final List<Picture> validation;
    private final int batch;

    /**
     * @param training of one size and number of channels
     * @param validation of the same size; may be empty
     */
    PictureTask(Parameters parameters, List<Picture> training, List<Picture> validation, Augmentation augmentation,
            int batch, long seed) {
        this.parameters = parameters;
        this.training = new Batches(training, batch, augmentation, seed);
        this.validation = validation;
        this.batch = batch;
        first = training.getFirst();
    }

    /** The input of this name, (N, C, H, W). */
    final Tensor pictures(Graph g) {
        return g.input("pictures", DType.F32, batch, first.channels(), first.height(), first.width());
    }

    final int batch() {
        return batch;
    }

    /**
     * Fills the inputs besides the pictures.
     *
     * @param items which of the pictures are in the batch
     */
    void fillOthers(Program program, int[] items, boolean isTraining) {}

    @Override
    public final Parameters parameters() {
        return parameters;
    }

    @Override
    public final void fill(Program program, long number) {
        Batches.Batch next = training.at(number);
        program.input("pictures").set(next.pixels());
        fillOthers(program, next.indices(), true);
    }

    @Override
    public final double units() {
        return batch;
    }

    @Override
    public final String unit() {
        return "pictures";
    }

    @Override
    public final int validationBatches() {
        return Math.ceilDiv(validation.size(), batch);
    }

    /** Where the validation pictures are over, the batch is filled up with the first ones. */
    @Override
    public final double fillValidation(Program program, int number) {
        float[] pixels = new float[batch * first.size()];
        int[] items = new int[batch];
        for (int row = 0; row < batch; row++) {
            items[row] = (number * batch + row) % validation.size();
            validation.get(items[row]).copyTo(pixels, row * first.size());
        }
        program.input("pictures").set(pixels);
        fillOthers(program, items, false);
        return Math.min(batch, validation.size() - number * batch);
    }
}
