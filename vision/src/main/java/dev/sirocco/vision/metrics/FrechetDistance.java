package dev.sirocco.vision.metrics;

import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.opencv_core.Mat;

/**
 * How far two sets of feature vectors are apart, each taken for a normal distribution:
 * |μ₁ − μ₂|² + tr(C₁ + C₂ − 2 (C₁ C₂)^½) (Heusel et al. 2017, equation 6). With the features of an Inception network
 * this is the FID; with those of another network, figures compare only with figures of the same one.
 */
public final class FrechetDistance {

    private final int n;
    private final double[] mean;
    /** Row by row, unbiased. */
    private final double[] covariance;

    /** @param features one vector for each picture, at least two, all of one length */
    public FrechetDistance(float[][] features) {
        if (features.length < 2) {
            throw new IllegalArgumentException(features.length + " vectors have no covariance");
        }
        n = features[0].length;
        mean = new double[n];
        covariance = new double[n * n];
        for (float[] vector : features) {
            for (int i = 0; i < n; i++) {
                mean[i] += vector[i] / (double) features.length;
            }
        }
        for (float[] vector : features) {
            for (int i = 0; i < n; i++) {
                for (int j = 0; j < n; j++) {
                    covariance[i * n + j] += (vector[i] - mean[i]) * (vector[j] - mean[j]) / (features.length - 1);
                }
            }
        }
    }

    /** The distance to another set; 0 for the same, with no upper limit. */
    public double to(FrechetDistance other) {
        double distance = 0;
        for (int i = 0; i < n; i++) {
            double d = mean[i] - other.mean[i];
            distance += d * d + covariance[i * n + i] + other.covariance[i * n + i];
        }
        // C₁ C₂ has the eigenvalues of the symmetric R C₂ R, R being the root of C₁.
        double[] root = root(covariance);
        double[] product = multiply(multiply(root, other.covariance), root);
        for (double value : eigen(product).values) {
            distance -= 2 * Math.sqrt(Math.max(0, value));
        }
        return Math.max(0, distance);
    }

    /** @param vectors one a row, to the value at the same place */
    private record Eigen(double[] values, double[] vectors) {}

    private Eigen eigen(double[] symmetric) {
        double[] values = new double[n];
        double[] vectors = new double[n * n];
        try (DoublePointer data = new DoublePointer(symmetric);
                Mat matrix = new Mat(n, n, opencv_core.CV_64F, data); Mat foundValues = new Mat();
                Mat foundVectors = new Mat()) {
            opencv_core.eigen(matrix, foundValues, foundVectors);
            new DoublePointer(foundValues.data()).get(values);
            new DoublePointer(foundVectors.data()).get(vectors);
        }
        return new Eigen(values, vectors);
    }

    /** The symmetric matrix whose square is the given one: Vᵀ √Λ V. */
    private double[] root(double[] symmetric) {
        Eigen e = eigen(symmetric);
        double[] root = new double[n * n];
        for (int k = 0; k < n; k++) {
            double scale = Math.sqrt(Math.max(0, e.values[k]));
            for (int i = 0; i < n; i++) {
                for (int j = 0; j < n; j++) {
                    root[i * n + j] += scale * e.vectors[k * n + i] * e.vectors[k * n + j];
                }
            }
        }
        return root;
    }

    private double[] multiply(double[] a, double[] b) {
        double[] product = new double[n * n];
        for (int i = 0; i < n; i++) {
            for (int k = 0; k < n; k++) {
                for (int j = 0; j < n; j++) {
                    product[i * n + j] += a[i * n + k] * b[k * n + j];
                }
            }
        }
        return product;
    }
}
