package dev.sirocco.apps.imagine;

import dev.sirocco.models.zoo.AutoencoderKl;
import dev.sirocco.tensor.exec.Executor;
import dev.sirocco.tensor.exec.Program;
import dev.sirocco.tensor.ir.DType;
import dev.sirocco.tensor.ir.Graph;
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
record Latents(PictureForm form, AutoencoderKl autoencoder) {

    /** The most that go through the network at once. */
    static final int BATCH = 32;

    /** Of each picture in the {@link #form} its pixels, or its latents (C, h, w), of about deviation 1. */
    List<float[]> encode(List<Picture> pictures, Executor executor) {
        List<float[]> pixels = new ArrayList<>();
        for (Picture picture : pictures) {
            float[] one = new float[picture.size()];
            picture.copyTo(one, 0);
            pixels.add(one);
        }
        Shape picture = Shape.of(form.channels(), form.size(), form.size());
        return autoencoder == null ? pixels
                : map(pixels, picture, x -> autoencoder.scaled(autoencoder.encode(x).mean()), executor);
    }

    /** The pictures of samples as {@link #encode} makes them. */
    List<Picture> decode(List<float[]> samples, Executor executor) {
        List<float[]> pixels = samples;
        if (autoencoder != null) {
            int grid = form.size() / autoencoder.config().factor();
            Shape latents = Shape.of(autoencoder.config().latent(), grid, grid);
            pixels = map(samples, latents, z -> autoencoder.decode(autoencoder.unscaled(z)), executor);
        }
        return pixels.stream().map(p -> Picture.of(p, 0, form.channels(), form.size(), form.size())).toList();
    }

    /** @param shape of one */
    private static List<float[]> map(List<float[]> all, Shape shape, UnaryOperator<Tensor> network, Executor executor) {
        int batch = Math.min(BATCH, all.size());
        int size = Math.toIntExact(shape.numel());
        List<float[]> results = new ArrayList<>();
        Graph g = new Graph();
        g.output("y", network.apply(g.input("x", DType.F32, Shape.of(batch).concat(shape))));
        try (Program program = g.compile(executor)) {
            float[] x = new float[batch * size];
            for (int first = 0; first < all.size(); first += batch) {
                int count = Math.min(batch, all.size() - first);
                for (int row = 0; row < count; row++) {
                    System.arraycopy(all.get(first + row), 0, x, row * size, size);
                }
                program.input("x").set(x);
                program.run();
                results.addAll(split(program.output("y").floats(), batch).subList(0, count));
            }
        }
        return results;
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
