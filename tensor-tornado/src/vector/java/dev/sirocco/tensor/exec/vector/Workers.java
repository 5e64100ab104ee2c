package dev.sirocco.tensor.exec.vector;

import java.lang.foreign.Arena;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;

/**
 * A fixed pool of threads that share a job of numbered parts.
 *
 * <p>Each worker has a contiguous range of the parts, the same one in every job of as many parts, so that it finds in
 * its cache what it wrote there before. A worker that is done takes parts from the end of another's range: a core that
 * is slow for a while, because it is shared with somebody else, does not hold up the job. What a part computes does not
 * depend on who computes it, so results are the same bits.
 *
 * <p>The calling thread is worker 0; with a count of one nothing is ever handed over. A worker that waits spins for
 * a fifth of a millisecond, longer than the gap between two kernels or two runs of a program, and then parks.
 */
final class Workers implements AutoCloseable {

    /** What is done for each part of a job. */
    @FunctionalInterface
    interface Part {
        /**
         * @param part   the number of the part, from 0
         * @param worker the worker that runs it, the key to its {@linkplain #scratch scratch memory}
         */
        void run(int part, int worker);
    }

    /** Parts for each worker, where a job can be divided at will: enough to even out. */
    private static final int SHARES = 4;
    private static final long SPIN_NANOS = 200_000;
    private static final int SPINS_PER_CLOCK = 8;
    private static final int PAGE = 4096;

    private final Helper[] helpers;
    private final Arena arena = Arena.ofShared();
    private final Scratch[] scratch;
    private volatile Job job = new Job((part, worker) -> { }, 0, 0, null);
    private volatile boolean closed;

    /** As many workers as there are processors. */
    Workers() {
        this(Runtime.getRuntime().availableProcessors());
    }

    Workers(int count) {
        if (count < 1) {
            throw new IllegalArgumentException("a pool needs a worker, not " + count);
        }
        scratch = new Scratch[count];
        for (int worker = 0; worker < count; worker++) {
            scratch[worker] = new Scratch();
        }
        helpers = new Helper[count - 1];
        for (int i = 0; i < helpers.length; i++) {
            helpers[i] = new Helper(i + 1, job);
            helpers[i].start();
        }
    }

    int count() {
        return helpers.length + 1;
    }

    /** Into how many parts to divide a job whose parts may have any size. */
    int shares() {
        return count() == 1 ? 1 : SHARES * count();
    }

    /** The index of the worker that runs on this thread: 0 on a thread that is none of the pool's. */
    static int current() {
        return Thread.currentThread() instanceof Helper helper ? helper.index : 0;
    }

    /**
     * Runs {@code body} for the parts 0 to {@code parts - 1} and returns when all are done. Not to be called from
     * within a part.
     *
     * @throws RuntimeException or Error: the first one thrown by a part
     */
    synchronized void run(int parts, Part body) {
        if (parts == 0) {
            return;
        }
        int active = Math.min(parts, count());
        Job next = new Job(body, parts, active, Thread.currentThread());
        if (active > 1) {
            job = next;
            for (int i = 0; i < active - 1; i++) {
                helpers[i].wake();
            }
        }
        next.work(0);
        next.await();
    }

    /**
     * Memory of one worker for intermediate values, aligned to a page and kept between jobs. What it
     * holds is undefined; it stays valid until the same slot is asked for with a larger size.
     *
     * @param slot which of the worker's buffers, from 0 to 3
     */
    long scratch(int worker, int slot, long bytes) {
        return scratch[worker].address(slot, bytes);
    }

    /** The same in an array; the matrix multiplication packs its panels there. */
    float[] floats(int worker, int size) {
        return scratch[worker].floats(size);
    }

    /** Ends the threads and frees the scratch memory. */
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        for (Helper helper : helpers) {
            LockSupport.unpark(helper);
        }
        for (Helper helper : helpers) {
            helper.joinUninterruptibly();
        }
        arena.close();
    }

    /** One call of {@link #run}: who is to do what still, and how much is not done. */
    private static final class Job {
        private final Part body;
        private final int active;
        private final Thread caller;
        /** The parts of each worker that nobody has begun: the first, and in the upper half the end. */
        private final AtomicLongArray ranges;
        private final AtomicInteger pending;
        private final AtomicReference<Throwable> failure = new AtomicReference<>();

        Job(Part body, int parts, int active, Thread caller) {
            this.body = body;
            this.active = active;
            this.caller = caller;
            this.pending = new AtomicInteger(parts);
            this.ranges = new AtomicLongArray(active);
            for (int worker = 0; worker < active; worker++) {
                ranges.setPlain(worker, range((long) worker * parts / active, (worker + 1L) * parts / active));
            }
        }

        /** Runs the parts of a worker, then those that others have not begun. */
        void work(int worker) {
            int done = 0;
            for (int part = first(worker); part >= 0; part = first(worker)) {
                run(part, worker);
                done++;
            }
            for (int i = 1; i < active; i++) {
                int other = (worker + i) % active;
                for (int part = last(other); part >= 0; part = last(other)) {
                    run(part, worker);
                    done++;
                }
            }
            if (done > 0 && pending.addAndGet(-done) == 0 && worker != 0) {
                LockSupport.unpark(caller);
            }
        }

        private void run(int part, int worker) {
            try {
                body.run(part, worker);
            } catch (Throwable thrown) {
                failure.compareAndSet(null, thrown);
            }
        }

        /** Takes the first part of a worker's range; -1 if none is left. */
        private int first(int worker) {
            while (true) {
                long range = ranges.get(worker);
                if (begin(range) >= end(range)) {
                    return -1;
                }
                if (ranges.compareAndSet(worker, range, range(begin(range) + 1, end(range)))) {
                    return begin(range);
                }
            }
        }

        /** Takes the last part of a worker's range; -1 if none is left. */
        private int last(int worker) {
            while (true) {
                long range = ranges.get(worker);
                if (begin(range) >= end(range)) {
                    return -1;
                }
                if (ranges.compareAndSet(worker, range, range(begin(range), end(range) - 1))) {
                    return end(range) - 1;
                }
            }
        }

        private static long range(long begin, long end) {
            return end << 32 | begin;
        }

        private static int begin(long range) {
            return (int) range;
        }

        private static int end(long range) {
            return (int) (range >>> 32);
        }

        void await() {
            Spin spin = new Spin();
            while (pending.get() > 0) {
                if (!spin.on()) {
                    LockSupport.park(this);
                }
            }
            switch (failure.get()) {
                case null -> { }
                case RuntimeException e -> throw e;
                case Error e -> throw e;
                case Throwable e -> throw new IllegalStateException(e);
            }
        }
    }

    /** The busy part of a wait. */
    private static final class Spin {
        private final long deadline = System.nanoTime() + SPIN_NANOS;

        /** Spins a little; false when it is time to park. */
        boolean on() {
            for (int i = 0; i < SPINS_PER_CLOCK; i++) {
                Thread.onSpinWait();
            }
            return System.nanoTime() - deadline < 0;
        }
    }

    private final class Helper extends Thread {
        private final int index;
        private Job seen;
        private volatile boolean parked;

        Helper(int index, Job seen) {
            super("sirocco-worker-" + index);
            this.index = index;
            this.seen = seen;
            setDaemon(true);
        }

        void wake() {
            if (parked) {
                LockSupport.unpark(this);
            }
        }

        @Override
        public void run() {
            while (awaitJob()) {
                seen = job;
                if (index < seen.active) {
                    seen.work(index);
                }
            }
        }

        private boolean awaitJob() {
            Spin spin = new Spin();
            while (isIdle() && spin.on()) { }
            parked = true;
            while (isIdle()) {
                LockSupport.park(this);
            }
            parked = false;
            return !closed;
        }

        private boolean isIdle() {
            return job == seen && !closed;
        }

        void joinUninterruptibly() {
            boolean interrupted = false;
            while (isAlive()) {
                try {
                    join();
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** The buffers of one worker; only that worker touches them. */
    private final class Scratch {
        static final int SLOTS = 4;

        private final long[] addresses = new long[SLOTS];
        private final long[] sizes = new long[SLOTS];
        private float[] floats = {};

        long address(int slot, long bytes) {
            if (sizes[slot] < bytes) {
                sizes[slot] = Math.max(bytes, 2 * sizes[slot]);
                addresses[slot] = arena.allocate(sizes[slot], PAGE).address();
            }
            return addresses[slot];
        }

        float[] floats(int size) {
            if (floats.length < size) {
                floats = new float[size];
            }
            return floats;
        }
    }
}
