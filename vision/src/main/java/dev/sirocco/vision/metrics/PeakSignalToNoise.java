package dev.sirocco.vision.metrics;

import dev.sirocco.vision.Picture;
import java.util.List;

/** The peak signal-to-noise ratio: 10 log₁₀(range² / mean square error) in dB. */
public final class PeakSignalToNoise {

    private PeakSignalToNoise() {}

    /** Of all pictures together; infinite if they are equal. */
    public static double of(List<Picture> expected, List<Picture> actual) {
        double squares = 0;
        long numbers = 0;
        for (int i = 0; i < expected.size(); i++) {
            squares += squares(expected.get(i), actual.get(i));
            numbers += expected.get(i).size();
        }
        return of(squares / numbers, 255);
    }

    /** @param range from the least to the largest number: 255 for bytes, 2 for what networks see */
    public static double of(double meanSquareError, double range) {
        return 10 * Math.log10(range * range / meanSquareError);
    }

    /** The sum of the squared differences of two pictures of one size. */
    public static double squares(Picture a, Picture b) {
        if (a.size() != b.size()) {
            throw new IllegalArgumentException(a + " and " + b);
        }
        double sum = 0;
        for (int i = 0; i < a.size(); i++) {
            int difference = (a.pixels()[i] & 0xFF) - (b.pixels()[i] & 0xFF);
            sum += difference * difference;
        }
        return sum;
    }
}
