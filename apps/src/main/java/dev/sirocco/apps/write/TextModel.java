package dev.sirocco.apps.write;

import dev.sirocco.models.zoo.LanguageModel;
import dev.sirocco.text.TextTokenizer;
import java.nio.file.Path;

/**
 * A model that continues texts, of our own or published.
 *
 * @param bytesOfOne what a text takes besides the weights
 */
record TextModel(LanguageModel network, TextTokenizer tokenizer, long weightBytes, long bytesOfOne) {

    /** @throws dev.sirocco.tensor.ir.UserError with one line, whatever is missing or wrong */
    static TextModel load(Path path) {
        return PublishedModel.is(path) ? PublishedModel.load(path) : of(WriterModel.load(path));
    }

    static TextModel of(WriterModel model) {
        long nothing = Footprint.writing(model.gpt().config(), 0);
        return new TextModel(model.gpt(), model.tokenizer(), nothing,
                Footprint.writing(model.gpt().config(), 1) - nothing);
    }

    /** The least that it takes to write so many texts at once. */
    long bytes(int texts) {
        return weightBytes + texts * bytesOfOne;
    }
}
