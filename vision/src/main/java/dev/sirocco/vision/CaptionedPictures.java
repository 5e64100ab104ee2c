package dev.sirocco.vision;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Pictures with what a person would call them.
 *
 * @param pictures not necessarily of one size
 * @param captions for each picture its name, then further words, all in lower case with {@code ", "} between:
 *                 {@code "hydra, dragon, monster"}
 */
public record CaptionedPictures(List<Picture> pictures, List<String> captions) {

    private static final Pattern ONE_SIDED =
            Pattern.compile("\\b(left|right|arrow|clock|button|letters|alphabet|number|flag|symbol)");

    public CaptionedPictures {
        if (pictures.size() != captions.size()) {
            throw new IllegalArgumentException(pictures.size() + " pictures and " + captions.size() + " captions");
        }
        pictures = List.copyOf(pictures);
        captions = List.copyOf(captions);
    }

    public int size() {
        return captions.size();
    }

    /** The name in a caption, without further words. */
    public static String name(String caption) {
        int comma = caption.indexOf(", ");
        return comma < 0 ? caption : caption.substring(0, comma);
    }

    /** The first n of each caption. */
    public CaptionedPictures atMost(int n) {
        Map<String, Integer> counts = new HashMap<>();
        List<Picture> somePictures = new ArrayList<>();
        List<String> someCaptions = new ArrayList<>();
        for (int i = 0; i < size(); i++) {
            if (counts.merge(captions.get(i), 1, Integer::sum) <= n) {
                somePictures.add(pictures.get(i));
                someCaptions.add(captions.get(i));
            }
        }
        return new CaptionedPictures(somePictures, someCaptions);
    }

    /** These, and behind them their mirror images, save of what is said to have a side, or is written, or a flag. */
    public CaptionedPictures withMirrored() {
        List<Picture> mirrored = new ArrayList<>();
        List<String> theirCaptions = new ArrayList<>();
        for (int i = 0; i < size(); i++) {
            if (!ONE_SIDED.matcher(captions.get(i)).find()) {
                mirrored.add(pictures.get(i).flipped());
                theirCaptions.add(captions.get(i));
            }
        }
        return and(new CaptionedPictures(mirrored, theirCaptions));
    }

    /** These and others behind them. */
    public CaptionedPictures and(CaptionedPictures others) {
        List<Picture> allPictures = new ArrayList<>(pictures);
        List<String> allCaptions = new ArrayList<>(captions);
        allPictures.addAll(others.pictures);
        allCaptions.addAll(others.captions);
        return new CaptionedPictures(allPictures, allCaptions);
    }
}
