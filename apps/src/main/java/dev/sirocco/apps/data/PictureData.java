package dev.sirocco.apps.data;

import dev.sirocco.tensor.ir.UserError;
import dev.sirocco.vision.CaptionRule;
import dev.sirocco.vision.Captioned;
import dev.sirocco.vision.CaptionedPictures;
import dev.sirocco.vision.ClassFolders;
import dev.sirocco.models.data.DataPackage;
import dev.sirocco.vision.Idx;
import dev.sirocco.vision.LabelledPictures;
import dev.sirocco.vision.NotoEmoji;
import dev.sirocco.vision.Picture;
import dev.sirocco.vision.TwitterEmoji;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The pictures that a person names: by the name of a data set, which is fetched if it is not here, or by the path of a
 * folder or archive.
 */
public final class PictureData {

    /** The share that is not trained on, where the data has no part of its own for that. */
    private static final double HELD_OUT = 0.05;
    /** Pictures of one caption that are learned from: some games have a hundred tiles of one wall. */
    private static final int MOST_OF_ONE = 4;
    private static final List<String> DIGITS = IntStream.range(0, 256).mapToObj(Integer::toString).toList();

    /** What is learned from, and what is only measured on. */
    public record Split<T>(T training, T held) {}

    private final Consumer<String> say;

    /** @param say takes lines for a person */
    public PictureData(Consumer<String> say) {
        this.say = say;
    }

    /** Whether there are classes and not captions. */
    public boolean isLabelled(String name) {
        return switch (name) {
            case "mnist", "fashion-mnist" -> true;
            case "noto-emoji", "twemoji" -> false;
            default -> hasIdx(path(name)) || Files.isDirectory(path(name).resolve("train"));
        };
    }

    /**
     * Pictures with classes: IDX files, or a folder or archive with {@code train} and {@code test} and in these a
     * folder for each class, or with the classes' folders alone, of which a part is then held out.
     */
    public Split<LabelledPictures> labelled(String name) {
        return switch (name) {
            case "mnist" -> idx(DataPackage.MNIST.get(say), Idx.DIGITS);
            case "fashion-mnist" -> idx(DataPackage.FASHION_MNIST.get(say), Idx.FASHION);
            default -> hasIdx(path(name)) ? idx(path(name), DIGITS) : folders(path(name));
        };
    }

    private static Split<LabelledPictures> idx(Path folder, List<String> classes) {
        LabelledPictures training = Idx.readFolder(folder, true, classes);
        return new Split<>(training, Idx.readFolder(folder, false, classes));
    }

    private static boolean hasIdx(Path folder) {
        if (!Files.isDirectory(folder)) {
            return false;
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.anyMatch(file -> file.getFileName().toString().startsWith("train-images"));
        } catch (IOException _) {
            return false;
        }
    }

    private static Split<LabelledPictures> folders(Path source) {
        if (Files.isDirectory(source.resolve("train")) && Files.isDirectory(source.resolve("test"))) {
            return new Split<>(ClassFolders.read(source, "train"), ClassFolders.read(source, "test"));
        }
        LabelledPictures all = ClassFolders.read(source);
        boolean[] isHeld = new boolean[all.size()];
        SplittableRandom random = new SplittableRandom(1);
        for (int i = 0; i < isHeld.length; i++) {
            isHeld[i] = random.nextDouble() < HELD_OUT;
        }
        return new Split<>(part(all, isHeld, false), part(all, isHeld, true));
    }

    private static LabelledPictures part(LabelledPictures all, boolean[] isHeld, boolean wanted) {
        int[] items = IntStream.range(0, all.size()).filter(i -> isHeld[i] == wanted).toArray();
        List<Picture> pictures = IntStream.of(items).mapToObj(all.pictures()::get).toList();
        return new LabelledPictures(pictures, IntStream.of(items).map(i -> all.labels()[i]).toArray(), all.classes());
    }

    /**
     * Pictures with captions. Held out is one caption in twenty, by what it calls the thing, so that no other picture
     * of the same name is trained on.
     */
    public Split<CaptionedPictures> captioned(List<String> names) {
        CaptionedPictures all = names.stream().map(this::captioned).reduce(CaptionedPictures::and)
                .orElseThrow(() -> new UserError("no pictures to learn from: give --data"));
        return new Split<>(part(all, false).atMost(MOST_OF_ONE), part(all, true));
    }

    private CaptionedPictures captioned(String name) {
        return switch (name) {
            case "noto-emoji" -> NotoEmoji.readFolder(DataPackage.NOTO_EMOJI.get(say), false);
            case "twemoji" -> TwitterEmoji.read(DataPackage.TWEMOJI.get(say), false);
            default -> name.contains("crawl") ? Captioned.readCrawl(path(name))
                    : Captioned.read(path(name), CaptionRule.PLAIN);
        };
    }

    private static CaptionedPictures part(CaptionedPictures all, boolean isHeld) {
        List<Picture> pictures = new ArrayList<>();
        List<String> captions = new ArrayList<>();
        for (int i = 0; i < all.size(); i++) {
            if (isHeld(all.captions().get(i)) == isHeld) {
                pictures.add(all.pictures().get(i));
                captions.add(all.captions().get(i));
            }
        }
        return new CaptionedPictures(pictures, captions);
    }

    /** Does not depend on what else is in the data. */
    private static boolean isHeld(String caption) {
        return new SplittableRandom(CaptionedPictures.name(caption).hashCode()).nextDouble() < HELD_OUT;
    }

    private static Path path(String name) {
        Optional<DataPackage> known = DataPackage.ALL.stream().filter(data -> data.name().equals(name)).findFirst();
        Path path = known.map(DataPackage::folder).orElse(Path.of(name));
        if (!Files.exists(path)) {
            throw new UserError(("no pictures in %s: there is no such file or folder, and no data set of that name "
                    + "(see `sirocco data list`)").formatted(name));
        }
        return path;
    }
}
