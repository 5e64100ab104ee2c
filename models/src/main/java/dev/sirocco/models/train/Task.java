package dev.sirocco.models.train;

import dev.sirocco.models.nn.Parameters;
import dev.sirocco.tensor.exec.Program;
import dev.sirocco.tensor.ir.Graph;
import dev.sirocco.tensor.ir.State;
import dev.sirocco.tensor.ir.Tensor;
import java.util.Collection;
import java.util.List;

/** What a {@link Trainer} trains: a model, how its loss is found, and how batches come in. */
public interface Task {

    Parameters parameters();

    /** Traces the mean loss of one batch, F32 with one element, from inputs of its own; also for validation. */
    Tensor loss(Graph g);

    /**
     * What some of the parameters are to make small.
     *
     * @param name for people: {@code discriminators}
     * @param loss F32 with one element
     * @param parameters those that follow its gradient; others that it depends on do not
     */
    record Objective(String name, Tensor loss, Collection<State> parameters) {}

    /**
     * Traces one training batch with a loss for each of several parts of the model, such as adversaries, each parameter
     * belonging to one of them. They are differentiated, and their gradients clipped, each by itself; the first is the
     * one that is reported as the run's. By default {@link #loss} alone, for all parameters.
     */
    default List<Objective> objectives(Graph g) {
        return List.of(new Objective("loss", loss(g), parameters().trainable()));
    }

    /**
     * Whether the latest weights count as the best, whatever their validation loss: adversaries do better while it
     * rises.
     */
    default boolean isLatestBest() {
        return false;
    }

    /**
     * To which segment a layer's path belongs, if activations are to be computed again in the backward pass to save
     * memory: see {@link dev.sirocco.tensor.passes.Checkpointing}. Null for none.
     */
    default String segment(String path) {
        return null;
    }

    /** Numbered blocks as segments: {@code h.3} for the path {@code h.3.attn.q} and the prefix {@code h.}. */
    static String block(String prefix, String path) {
        if (!path.startsWith(prefix)) {
            return null;
        }
        int end = path.indexOf('.', prefix.length());
        return end < 0 ? path : path.substring(0, end);
    }

    /**
     * Fills the inputs with a batch of the training data, the same one whenever the number is the same: so that a
     * resumed run sees the data as the uninterrupted one does.
     *
     * @param number from 0, without end
     */
    void fill(Program program, long number);

    /** How many units, such as tokens or seconds, one training batch has. */
    double units();

    /** What is counted, for people: {@code tokens}. */
    String unit();

    /** Into how many batches the validation data is divided; 0 if there is none. */
    int validationBatches();

    /**
     * Fills the inputs with a batch of the validation data.
     *
     * @return the batch's weight in the mean loss: how many units it has
     */
    double fillValidation(Program program, int number);
}
