package dev.sirocco.apps.look;

import dev.sirocco.tensor.ir.UserError;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;

/**
 * Where a picture's own caption stands among twenty, the others being drawn from those of other pictures.
 *
 * @param first how often it is the first
 * @param firstFive how often it is among the first five
 */
public record Ranking(int pictures, int first, int firstFive) {

    private static final int CHOICES = 20;

    /**
     * @param ofPictures vectors of length 1
     * @param ofCaptions vectors of length 1, in the pictures' order
     * @param captions an equal one is never among the others
     * @throws UserError if there are too few different captions to choose from
     */
    public static Ranking of(float[][] ofPictures, float[][] ofCaptions, List<String> captions) {
        long different = captions.stream().distinct().count();
        if (different < CHOICES) {
            throw new UserError(
                    "only %d different captions were held out, and %d are needed to choose from: take more pictures"
                    .formatted(different, CHOICES));
        }
        SplittableRandom random = new SplittableRandom(1);
        int first = 0;
        int firstFive = 0;
        for (int i = 0; i < ofPictures.length; i++) {
            double own = Matcher.fit(ofPictures[i], ofCaptions[i]);
            int better = 0;
            for (int others = 0; others < CHOICES - 1;) {
                int j = random.nextInt(ofCaptions.length);
                if (!captions.get(j).equals(captions.get(i))) {
                    better += Matcher.fit(ofPictures[i], ofCaptions[j]) > own ? 1 : 0;
                    others++;
                }
            }
            first += better == 0 ? 1 : 0;
            firstFive += better < 5 ? 1 : 0;
        }
        return new Ranking(ofPictures.length, first, firstFive);
    }

    @Override
    public String toString() {
        return String.format(Locale.ROOT, "%,d pictures: the right caption of %d is the first in %.1f %%, among the "
                + "first 5 in %.1f %%", pictures, CHOICES, 100.0 * first / pictures, 100.0 * firstFive / pictures);
    }
}
