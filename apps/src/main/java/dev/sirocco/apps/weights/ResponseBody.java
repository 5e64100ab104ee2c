package dev.sirocco.apps.weights;

import dev.sirocco.tensor.ir.UserError;
import java.net.http.HttpResponse.BodySubscriber;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow.Subscription;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * The body of an answer, taken piece by piece. Java's client can limit how long an answer takes as a whole, which says
 * nothing about a file of some gigabytes; this limits how long each piece takes.
 */
final class ResponseBody implements BodySubscriber<ResponseBody>, AutoCloseable {

    /** A piece; the end has neither bytes nor a failure. */
    private record Arrival(List<ByteBuffer> bytes, Throwable failure) {}

    private final Duration silence;
    private final BlockingQueue<Arrival> arrivals = new LinkedBlockingQueue<>();
    private volatile Subscription subscription;
    private volatile boolean isClosed;

    ResponseBody(Duration silence) {
        this.silence = silence;
    }

    /**
     * The next bytes; empty at the end.
     *
     * @throws BrokenConnection if nothing comes for too long, or the connection ends before the body
     */
    Optional<List<ByteBuffer>> next() throws BrokenConnection {
        Arrival arrival = arrival();
        if (arrival == null) {
            throw new BrokenConnection("nothing came for " + silence.toMillis() / 1000.0 + " s");
        }
        if (arrival.failure != null) {
            throw new BrokenConnection("the connection was cut", arrival.failure);
        }
        if (arrival.bytes != null) {
            subscription.request(1);
        }
        return Optional.ofNullable(arrival.bytes);
    }

    /** What comes next; null if nothing does. */
    private Arrival arrival() {
        try {
            return arrivals.poll(silence.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new UserError("interrupted while waiting for the next bytes", e);
        }
    }

    /** Nothing more is wanted; what is on its way is not waited for. */
    @Override
    public void close() {
        isClosed = true;
        if (subscription != null) {
            subscription.cancel();
        }
    }

    // ---- what the client tells ------------------------------------------------------------------------------------

    @Override
    public CompletionStage<ResponseBody> getBody() {
        return CompletableFuture.completedStage(this);
    }

    @Override
    public void onSubscribe(Subscription begun) {
        subscription = begun;
        if (isClosed) {
            begun.cancel();
        } else {
            begun.request(1);
        }
    }

    @Override
    public void onNext(List<ByteBuffer> bytes) {
        arrivals.add(new Arrival(bytes, null));
    }

    @Override
    public void onError(Throwable failure) {
        arrivals.add(new Arrival(null, failure));
    }

    @Override
    public void onComplete() {
        arrivals.add(new Arrival(null, null));
    }
}
