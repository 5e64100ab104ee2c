package dev.sirocco.apps.speak;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.sirocco.audio.features.Framing;
import dev.sirocco.audio.features.MelScale;
import dev.sirocco.audio.features.MelSpectrogram;
import dev.sirocco.models.nn.Scope;
import dev.sirocco.models.zoo.Vocos;
import dev.sirocco.models.zoo.VocosSynthesis;
import dev.sirocco.tensor.io.TensorFile;
import dev.sirocco.tensor.ir.UserError;
import dev.sirocco.text.Corpus;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** A vocoder as the authors of Vocos publish theirs: {@value #CONFIG} and {@code pytorch_model.bin}. */
final class PublishedVocos {

    private static final String CONFIG = "config.yaml";
    /** What the authors' feature extractor takes the logarithm of at least. */
    private static final double LEAST = 1e-7;
    private static final String FEATURES = "feature_extractor.";

    private final Path file;
    private final JsonNode root;

    private PublishedVocos(Path file, JsonNode root) {
        this.file = file;
        this.root = root;
    }

    /**
     * The vocoder, if the folder is one that the authors' library reads.
     *
     * @throws UserError if it is of a kind that Sirocco does not know, or damaged
     */
    static Optional<Vocoder> find(Path folder) {
        Path file = folder.resolve(CONFIG);
        if (!Files.isRegularFile(file)) {
            return Optional.empty();
        }
        try {
            return Optional.of(new PublishedVocos(file, new YAMLMapper().readTree(Corpus.read(file).text()))
                    .vocoder(folder));
        } catch (JsonProcessingException e) {
            throw new UserError("%s is not YAML: %s".formatted(file, e.getOriginalMessage()), e);
        }
    }

    private Vocoder vocoder(Path folder) {
        check("feature_extractor", "MelSpectrogramFeatures");
        check("backbone", "VocosBackbone");
        check("head", "ISTFTHead");
        boolean isCentred = root.at("/head/init_args/padding").asText("center").equals("center");
        int nFft = number("head", "n_fft");
        int hop = number("head", "hop_length");
        int mels = number("feature_extractor", "n_mels");
        int rate = number("feature_extractor", "sample_rate");
        if (nFft != number("feature_extractor", "n_fft") || hop != number("feature_extractor", "hop_length")
                || mels != number("backbone", "input_channels") || hop > nFft) {
            throw new UserError(file + ": its parts disagree on n_fft, hop_length or the number of mels");
        }
        Vocos.Config config = new Vocos.Config(mels, number("backbone", "dim"),
                number("backbone", "intermediate_dim"), number("backbone", "num_layers"), nFft, hop, isCentred);
        MelSpectrogram mel = new MelSpectrogram(rate, nFft, nFft, hop, mels, 0, rate / 2.0, MelScale.HTK, false, 1,
                isCentred ? Framing.CENTRED : Framing.SAME, LEAST);
        Vocos vocos = Scope.load(TensorFile.open(folder), name -> name.startsWith(FEATURES),
                scope -> new Vocos(config, scope));
        vocos.parameters().freeze();
        return new Vocoder(mel, executor -> new VocosSynthesis(vocos, executor));
    }

    private void check(String part, String kind) {
        String path = root.at("/%s/class_path".formatted(part)).asText();
        if (!path.endsWith("." + kind)) {
            throw new UserError("%s: the %s is '%s': Sirocco knows %s only".formatted(file, part, path, kind));
        }
    }

    private int number(String part, String name) {
        int number = root.at("/%s/init_args/%s".formatted(part, name)).asInt();
        if (number < 1) {
            throw new UserError("%s does not say what '%s' of the %s is".formatted(file, name, part));
        }
        return number;
    }
}
