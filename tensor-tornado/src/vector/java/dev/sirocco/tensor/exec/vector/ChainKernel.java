package dev.sirocco.tensor.exec.vector;

/** A chain on its own, its elements divided evenly. */
record ChainKernel(Chain chain, String describe) implements Kernel {

    /** Element operations below which waking another worker costs more than it brings. */
    private static final long SERIAL = 32_768;

    @Override
    public void run(Workers workers) {
        long size = chain.size();
        if (size * chain.cells() < SERIAL) {
            chain.run(0, size, 0);
            return;
        }
        int parts = workers.shares();
        long share = Math.ceilDiv(Math.ceilDiv(size, parts), Chain.BLOCK) * Chain.BLOCK;
        workers.run(parts, (part, worker) -> {
            long start = Math.min(size, part * share);
            chain.run(start, Math.min(share, size - start), worker);
        });
    }
}
