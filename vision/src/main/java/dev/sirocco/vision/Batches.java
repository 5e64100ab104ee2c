package dev.sirocco.vision;

import dev.sirocco.models.train.WindowOrder;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Makes the batches of training: shuffled, augmented and as numbers. While a step runs, a thread of low priority makes
 * the next one's batch; it is only one, so that the cores stay with the tensor core's workers. What a batch holds
 * depends on the number of the step only, so that training that is resumed sees what it would have seen.
 */
public final class Batches implements AutoCloseable {

    /**
     * A batch. Its pixels hold until the next one is asked for: two arrays serve all.
     *
     * @param indices of the pictures, (N)
     * @param pixels  (N, C, H, W) in -1 … 1
     */
    public record Batch(int[] indices, float[] pixels) {}

    private final List<Picture> pictures;
    private final int size;
    private final Augmentation augmentation;
    private final WindowOrder order;
    private final float[][] buffers;
    private final ExecutorService ahead;
    private long nextStep = -1;
    private CompletableFuture<Batch> next;

    /**
     * @param pictures at least one, all of one size and with as many channels
     * @param size     N, at least 1
     * @param seed     of the order; each epoch has its own
     */
    public Batches(List<Picture> pictures, int size, Augmentation augmentation, long seed) {
        if (pictures.isEmpty() || size < 1) {
            throw new IllegalArgumentException("batches of " + size + " out of " + pictures.size() + " pictures");
        }
        Picture first = pictures.getFirst();
        for (Picture p : pictures) {
            if (p.width() != first.width() || p.height() != first.height() || p.channels() != first.channels()) {
                throw new IllegalArgumentException(p + " among pictures of " + first
                        + ": bring them to one size first");
            }
        }
        this.pictures = List.copyOf(pictures);
        this.size = size;
        this.augmentation = augmentation;
        this.order = new WindowOrder(pictures.size() + 1, 1, seed);
        this.buffers = new float[2][Math.multiplyExact(size, first.size())];
        this.ahead = Executors.newSingleThreadExecutor(work -> {
            Thread thread = new Thread(work, "sirocco-batches");
            thread.setDaemon(true);
            thread.setPriority(Thread.MIN_PRIORITY);
            return thread;
        });
    }

    /** The batch of a step, from 0; steps one after the other are what is prepared. */
    public synchronized Batch at(long step) {
        if (step != nextStep) {
            await(next);                             // it uses the buffers
            next = prepare(step);
        }
        Batch batch = await(next);
        nextStep = step + 1;
        next = prepare(nextStep);
        return batch;
    }

    private CompletableFuture<Batch> prepare(long step) {
        return CompletableFuture.supplyAsync(() -> make(step), ahead);
    }

    private static Batch await(CompletableFuture<Batch> batch) {
        try {
            return batch == null ? null : batch.join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof RuntimeException cause ? cause : e;
        }
    }

    private Batch make(long step) {
        float[] pixels = buffers[(int) (step % 2)];
        int[] indices = new int[size];
        for (int i = 0; i < size; i++) {
            long sample = step * size + i;
            indices[i] = order.start(sample);
            Picture picture = augmentation.apply(pictures.get(indices[i]), sample);
            picture.copyTo(pixels, i * picture.size());
        }
        return new Batch(indices, pixels);
    }

    /** Ends the thread. */
    @Override
    public void close() {
        ahead.shutdownNow();
    }
}
