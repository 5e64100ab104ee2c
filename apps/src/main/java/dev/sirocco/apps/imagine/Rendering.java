package dev.sirocco.apps.imagine;

import dev.sirocco.models.sample.DiffusionSampler;
import dev.sirocco.models.sample.Start;
import dev.sirocco.tensor.exec.Executor;
import dev.sirocco.vision.Picture;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Makes the pictures of a request, in batches whose size depends on the request alone: a kernel may round the last bits
 * of one sample in another way than of many, and a picture that is made again must be the same.
 */
final class Rendering {

    /** Is told how far it is. */
    @FunctionalInterface
    interface Progress {
        void show(int done, int of);
    }

    private final Painter painter;
    private final Request request;
    private final Original original;
    private final Executor executor;
    private final int batch;
    private final int[] wanted;
    private final int[] unwanted;

    /**
     * @param prompt what the network is told to show
     * @param original null to begin from noise
     * @throws dev.sirocco.tensor.ir.UserError if the model knows nothing of what is asked for
     */
    Rendering(Painter painter, Request request, String prompt, Original original, Executor executor) {
        this.painter = painter;
        this.request = request;
        this.original = original;
        this.executor = executor;
        batch = Math.min(Latents.BATCH, request.pictures());
        wanted = painter.told(prompt);
        unwanted = request.not().isBlank() ? painter.nothing() : painter.told(request.not());
    }

    /**
     * @param first of the pictures that are made, from 0
     * @param film takes how they come out of the noise; null for none
     */
    List<Picture> pictures(int first, int count, Film film, Progress progress) {
        List<List<float[]>> stages = stages(first / batch, (first + count - 1) / batch, film != null, progress);
        List<float[]> clean = stages.removeLast();
        if (!stages.isEmpty()) {
            // by themselves: how the last ones are decoded does not depend on whether there is a film
            List<Picture> early = painter.latents().decode(stages.stream().flatMap(List::stream).toList(), executor);
            for (int at = 0; at < early.size(); at += clean.size()) {
                film.add(finished(early, at + first % batch, count));
            }
        }
        List<Picture> made = finished(painter.latents().decode(clean, executor), first % batch, count);
        if (film != null) {
            film.add(made);
        }
        return made;
    }

    /**
     * The samples of some batches, the last of all lists; in front of it, for a film, what the network saw in them
     * before.
     */
    private List<List<float[]>> stages(int firstBatch, int lastBatch, boolean isFilmed, Progress progress) {
        int batches = lastBatch - firstBatch + 1;
        progress.show(0, batches * request.steps());
        List<float[]> clean = new ArrayList<>();
        List<List<float[]>> stages = new ArrayList<>();
        Start start = start();
        DiffusionSampler.Settings settings = painter.clipped(request.sampling());
        try (Painter.Sampling sampling = painter.sampling(batch, executor)) {
            sampling.tell(Collections.nCopies(batch, wanted), Collections.nCopies(batch, unwanted));
            for (int i = 0; i < batches; i++) {
                int before = i;
                DiffusionSampler.Progress report = (done, of, estimate) -> {
                    progress.show(before * of + done, batches * of);
                    int stride = Math.ceilDiv(of, Film.MOST_FRAMES);
                    if (isFilmed && done < of && done % stride == 0) {
                        if (before == 0) {
                            stages.add(new ArrayList<>());
                        }
                        stages.get(done / stride - 1).addAll(Latents.split(estimate.get(), batch));
                    }
                };
                float[] samples = sampling.sampler().sample(settings, rows(start, (firstBatch + i) * batch), report);
                clean.addAll(Latents.split(samples, batch));
            }
        }
        stages.add(clean);
        return stages;
    }

    /** For all pictures. */
    private Start start() {
        Start start = request.noise(painter.shape(request.pictures()));
        if (original == null) {
            return start;
        }
        float[] picture = painter.latents().encode(List.of(painter.form().fit(original.picture())), executor)
                .getFirst();
        Start from = start.from(picture, request.strength());
        return original.mask() == null ? from : from.within(original.grid(painter.shape(1).dim(2)));
    }

    /** A batch of them; behind the last one, the first ones again. */
    private Start rows(Start all, int first) {
        int[] rows = IntStream.range(first, first + batch).map(row -> row % request.pictures()).toArray();
        int size = all.noise().length / request.pictures();
        float[] noise = new float[batch * size];
        for (int i = 0; i < batch; i++) {
            System.arraycopy(all.noise(), rows[i] * size, noise, i * size, size);
        }
        long[] seeds = Arrays.stream(rows).mapToLong(row -> all.seeds()[row]).toArray();
        return new Start(seeds, noise, all.picture(), all.strength(), all.mask());
    }

    private List<Picture> finished(List<Picture> made, int first, int count) {
        return made.subList(first, first + count).stream().map(this::finished).toList();
    }

    /** With what is kept of the original, in the size that is wanted. */
    private Picture finished(Picture made) {
        Picture whole = original == null ? made : original.with(made);
        if (request.size() == 0) {
            return whole;
        }
        double factor = (double) request.size() / Math.max(whole.width(), whole.height());
        return whole.scaled(side(whole.width(), factor), side(whole.height(), factor));
    }

    private static int side(int own, double factor) {
        return Math.max(1, (int) Math.round(own * factor));
    }
}
