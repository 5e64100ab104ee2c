package dev.sirocco.tensor.ir;

/**
 * Memory that outlives a program's run: a parameter, an Adam moment, a KV cache, the random counter. Programs read it
 * and, at the end of a run, write what was {@linkplain Graph#assign assigned}. Several programs may share one state.
 */
public final class State {

    private final String name;
    private final Storage storage;

    /** A state over memory that exists already, a mapped checkpoint say. */
    public State(String name, Storage storage) {
        this.name = name;
        this.storage = storage;
    }

    /** A state of zeros. */
    public State(String name, DType dtype, Shape shape) {
        this(name, new Storage(dtype, shape));
    }

    /** Its name in a checkpoint, such as {@code h.3.attn.c_proj.weight}. */
    public String name() {
        return name;
    }

    public Storage storage() {
        return storage;
    }

    public TensorType type() {
        return new TensorType(storage.shape(), storage.dtype());
    }

    public Shape shape() {
        return storage.shape();
    }

    @Override
    public String toString() {
        return name + " " + type();
    }
}
