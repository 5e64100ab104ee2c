package dev.sirocco.tensor.exec;

import dev.sirocco.tensor.ir.Storage;
import java.util.Map;

/** A compiled graph with its memory. A program runs in one thread at a time. */
public interface Program extends AutoCloseable {

    /**
     * The memory of an input, to be filled before a run; it keeps its content from run to run.
     *
     * @throws IllegalArgumentException if the graph has no input of this name
     */
    Storage input(String name);

    /** The memory of an output, valid until the next run. */
    Storage output(String name);

    /** Computes all outputs, then writes all assigned states. */
    void run();

    /** Bytes of working memory that the program holds, states and constants not counted. */
    long bytes();

    /** The plan for people: kernels in their order, with shapes, bytes and floating-point operations. */
    String explain();

    /**
     * The memory of this name, for those who implement programs.
     *
     * @throws IllegalArgumentException if there is none
     */
    static Storage named(Map<String, Storage> all, String what, String name) {
        Storage storage = all.get(name);
        if (storage == null) {
            throw new IllegalArgumentException("no " + what + " named " + name + " among " + all.keySet());
        }
        return storage;
    }

    @Override
    void close();
}
