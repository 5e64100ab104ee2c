package dev.sirocco.apps.write;

import dev.sirocco.models.nn.Weights;
import dev.sirocco.models.zoo.LanguageModel;
import dev.sirocco.tensor.exec.Executor;
import dev.sirocco.text.TextTokenizer;
import java.nio.file.Path;

/**
 * A model that continues texts, of our own or published.
 *
 * @param capacity tokens of a text that are remembered
 */
record TextModel(LanguageModel network, TextTokenizer tokenizer, int capacity) {

    /**
     * A model to be run by this executor.
     *
     * @throws dev.sirocco.tensor.ir.UserError with one line, whatever is missing or wrong
     */
    static TextModel load(Path path, Executor executor) {
        return PublishedModel.find(path, Weights.toRunOn(executor)).orElseGet(() -> of(WriterModel.load(path)));
    }

    static TextModel of(WriterModel model) {
        return new TextModel(model.gpt(), model.tokenizer(), model.gpt().context());
    }

    /** The least that it takes to write so many texts at once: weights, keys and values. */
    long bytes(int texts) {
        double remembered = (double) texts * capacity * network.remembered();
        return (long) (network.parameters().bytes() + Float.BYTES * remembered);
    }
}
