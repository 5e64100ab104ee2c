package dev.sirocco.tensor.exec.vector;

/**
 * A part of a job done in several passes. C2 stops inlining when a method has grown to 18,000 nodes, and a vector loop
 * whose operations are no longer inlined allocates its vectors. Three passes or more, called from one place, are
 * compiled each on its own.
 */
record Passes(Workers.Part... passes) implements Workers.Part {

    @Override
    public void run(int part, int worker) {
        for (Workers.Part pass : passes) {
            pass.run(part, worker);
        }
    }
}
