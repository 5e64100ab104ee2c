package dev.sirocco.apps.write;

import dev.sirocco.apps.train.ModelFolder;
import dev.sirocco.models.train.Trainer;
import dev.sirocco.models.zoo.Gpt;
import dev.sirocco.tensor.io.AtomicFile;
import dev.sirocco.text.Corpus;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Locale;

/** What a model is and how it was made, as {@value #FILE} beside it. */
final class ModelCard {

    static final String FILE = "card.md";

    private ModelCard() {}

    static void write(Path folder, Gpt gpt, Run run, Corpus corpus, Trainer.Result result) {
        String card = String.format(Locale.ROOT, """
                # A model that writes

                | | |
                |---|---|
                | parameters | %,d |
                | preset | %s |
                | context | %,d characters |
                | text | %,d characters, %d different%s; the last %.0f %% held out |
                | training | %,d steps of %,d characters, seed %d |
                | validation loss | %s |

                Continue a text with `sirocco write "…" --model DIR`. The weights are in `%s`, in bfloat16, \
                under the names
                of GPT-2's checkpoint; the settings in `%s`.
                """, gpt.parameters().count(), run.preset().name().toLowerCase(Locale.ROOT), run.context(),
                corpus.codePoints(), gpt.config().vocabulary(), run.clean() ? ", cleaned" : "", 100 * run.validation(),
                result.steps(), run.training().batch() * run.context(), run.training().seed(), loss(result.bestLoss()),
                ModelFolder.WEIGHTS, ModelFolder.CONFIG);
        AtomicFile.write(folder.resolve(FILE), card.getBytes(StandardCharsets.UTF_8));
    }

    private static String loss(double nats) {
        return Double.isNaN(nats) ? "not measured"
                : String.format(Locale.ROOT, "%.4f nats a character, %.3f bits", nats, nats / Math.log(2));
    }
}
