package dev.sirocco.apps.look;

import dev.sirocco.apps.JsonFile;
import dev.sirocco.apps.train.ModelFolder;
import dev.sirocco.models.train.BatchedProgram;
import dev.sirocco.models.train.Records;
import dev.sirocco.models.zoo.Clip;
import dev.sirocco.tensor.exec.Executor;
import dev.sirocco.tensor.io.AtomicFile;
import dev.sirocco.tensor.ir.DType;
import dev.sirocco.tensor.ir.Shape;
import dev.sirocco.tensor.ir.UserError;
import dev.sirocco.text.WordTokenizer;
import dev.sirocco.vision.Picture;
import dev.sirocco.vision.PictureForm;
import dev.sirocco.vision.train.PictureProgram;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;

/** A contrastive model that tells how well captions fit pictures, in a folder: its settings, weights and words. */
public record Matcher(Clip clip, WordTokenizer tokenizer) {

    /** The captions that it learned from, in its folder: a line each. It chooses from them if nothing else is given. */
    static final String CAPTIONS = "captions.txt";
    private static final int BATCH = 64;

    /** @throws UserError with one line, whatever is missing or wrong in the folder */
    public static Matcher load(Path folder) {
        Path weights = ModelFolder.weights(folder, "sirocco look train");
        Clip.Config config = JsonFile.read(folder.resolve(ModelFolder.CONFIG),
                texts -> Records.fromTexts(Clip.Config.class, texts));
        WordTokenizer tokenizer = WordTokenizer.read(folder);
        if (tokenizer.vocabularySize() != config.vocabulary()) {
            throw new UserError("%s: %s has %,d words, %s says %,d: take files of one model".formatted(folder,
                    WordTokenizer.FILE, tokenizer.vocabularySize(), ModelFolder.CONFIG, config.vocabulary()));
        }
        return new Matcher(ModelFolder.network(weights, scope -> new Clip(config, scope)), tokenizer);
    }

    /** Writes what surrounds the weights. */
    void writeSettings(Path folder, List<String> captions) {
        JsonFile.write(folder.resolve(ModelFolder.CONFIG), Records.toTexts(clip.config()));
        tokenizer.write(folder);
        String lines = captions.stream().distinct().sorted().map(caption -> caption + "\n")
                .collect(Collectors.joining());
        AtomicFile.write(folder.resolve(CAPTIONS), lines.getBytes(StandardCharsets.UTF_8));
    }

    /** The form of the pictures that the network takes. */
    public PictureForm form() {
        return new PictureForm(clip.config().channels(), clip.config().size());
    }

    /** Vectors of length 1 of pictures in the {@link #form}. */
    public float[][] ofPictures(List<Picture> pictures, Executor executor) {
        Clip.Config c = clip.config();
        try (PictureProgram program = new PictureProgram(clip::ofPictures, Math.min(BATCH, pictures.size()),
                c.channels(), c.size(), c.size(), executor)) {
            return program.vectors(pictures);
        }
    }

    /** Vectors of length 1, those of what fits pointing the same way. */
    public float[][] ofCaptions(List<String> captions, Executor executor) {
        int context = clip.config().context();
        List<int[]> tokens = captions.stream().map(caption -> tokenizer.encode(caption, context)).toList();
        try (BatchedProgram program = new BatchedProgram(clip::ofCaptions, Math.min(BATCH, captions.size()), DType.I32,
                Shape.of(context), executor)) {
            return program.ofInts(tokens);
        }
    }

    /** How well two vectors fit: from -1, not at all, to 1. */
    static double fit(float[] picture, float[] caption) {
        double sum = 0;
        for (int i = 0; i < picture.length; i++) {
            sum += picture[i] * (double) caption[i];
        }
        return sum;
    }
}
