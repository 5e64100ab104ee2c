package dev.sirocco.apps.imagine;

import dev.sirocco.models.train.BatchedProgram;
import dev.sirocco.tensor.exec.Executor;
import dev.sirocco.tensor.ir.DType;
import dev.sirocco.tensor.ir.Shape;
import dev.sirocco.tensor.ir.Tensor;
import dev.sirocco.vision.Picture;
import dev.sirocco.vision.PictureForm;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * Pictures to what a diffusion network makes, and back.
 *
 * @param autoencoder whose latents it makes; null if it makes pixels
 */
record Latents(PictureForm form, Autoencoder autoencoder) {

    /** The most that go through the network at once. */
    static final int BATCH = 32;

    /** Of each picture in the {@link #form} its pixels, or its latents (C, h, w), of about deviation 1. */
    List<float[]> encode(List<Picture> pictures, Executor executor) {
        List<float[]> pixels = pictures.stream().map(Picture::floats).toList();
        Shape picture = Shape.of(form.channels(), form.size(), form.size());
        return autoencoder == null ? pixels
                : map(pixels, picture, autoencoder.encode(), executor);
    }

    /** The pictures of samples as {@link #encode} makes them. */
    List<Picture> decode(List<float[]> samples, Executor executor) {
        List<float[]> pixels = samples;
        if (autoencoder != null) {
            int grid = form.size() / autoencoder.factor();
            Shape latents = Shape.of(autoencoder.latent(), grid, grid);
            pixels = map(samples, latents, autoencoder.decode(), executor);
        }
        return pixels.stream().map(p -> Picture.of(p, 0, form.channels(), form.size(), form.size())).toList();
    }

    /** @param shape of one */
    private static List<float[]> map(List<float[]> all, Shape shape, UnaryOperator<Tensor> network, Executor executor) {
        if (all.isEmpty()) {
            return List.of();
        }
        try (BatchedProgram program = new BatchedProgram(network, Math.min(BATCH, all.size()), DType.F32, shape,
                executor)) {
            return List.of(program.ofFloats(all));
        }
    }

    /** Numbers of n things in equal parts. */
    static List<float[]> split(float[] all, int n) {
        int size = all.length / n;
        List<float[]> parts = new ArrayList<>();
        for (int i = 0; i < n; i++) {
            parts.add(Arrays.copyOfRange(all, i * size, (i + 1) * size));
        }
        return parts;
    }
}
