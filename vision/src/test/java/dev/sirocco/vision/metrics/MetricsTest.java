package dev.sirocco.vision.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.sirocco.vision.Picture;
import java.util.List;
import org.junit.jupiter.api.Test;

class MetricsTest {

    /** Four vectors with a mean and the covariance a (1, 1)(1, 1)ᵀ / 2 + b (1, -1)(1, -1)ᵀ / 2. */
    private static float[][] cross(double x, double y, double a, double b) {
        float u = (float) Math.sqrt(a * 3 / 4);
        float v = (float) Math.sqrt(b * 3 / 4);
        return new float[][] {{(float) x + u, (float) y + u}, {(float) x - u, (float) y - u},
            {(float) x + v, (float) y - v}, {(float) x - v, (float) y + v}};
    }

    @Test
    void distanceOfEqualMeansIsThatOfTheCovariances() {
        FrechetDistance skew = new FrechetDistance(cross(0, 0, 3, 1));
        FrechetDistance round = new FrechetDistance(cross(0, 0, 1, 1));
        assertEquals(6 - 2 * (Math.sqrt(3) + 1), skew.to(round), 1e-5);
        assertEquals(skew.to(round), round.to(skew), 1e-5);
    }

    @Test
    void distanceOfEqualCovariancesIsThatOfTheMeans() {
        assertEquals(25, new FrechetDistance(cross(1, 2, 3, 1)).to(new FrechetDistance(cross(4, -2, 3, 1))), 1e-4);
    }

    /**
     * Covariances that do not commute: for C₁ = diag(9, 1) and C₂ with a = 5 and b = 1, tr √(C₁ C₂) = √(λ₁) + √(λ₂).
     */
    @Test
    void covariancesNeedNotCommute() {
        float s = (float) Math.sqrt(1.5);
        float[][] axes = {{3 * s, 0}, {-3 * s, 0}, {0, s}, {0, -s}};
        // C₂ = [[3, 2], [2, 3]], C₁ C₂ = [[27, 18], [2, 3]]: trace 30, determinant 45
        double root = Math.sqrt(30 + 2 * Math.sqrt(45));
        assertEquals(10 + 6 - 2 * root, new FrechetDistance(axes).to(new FrechetDistance(cross(0, 0, 5, 1))), 1e-4);
    }

    @Test
    void oneVectorHasNoCovariance() {
        assertThrows(IllegalArgumentException.class, () -> new FrechetDistance(new float[1][3]));
    }

    @Test
    void noiseRatioOfAKnownError() {
        Picture black = Picture.filled(4, 4, 0);
        assertEquals(20, PeakSignalToNoise.of(List.of(black), List.of(Picture.filled(4, 4, 0x1A1919))), 0.15);
        assertEquals(Double.POSITIVE_INFINITY, PeakSignalToNoise.of(List.of(black), List.of(black)));
    }
}
