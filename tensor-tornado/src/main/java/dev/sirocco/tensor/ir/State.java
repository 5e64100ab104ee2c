package dev.sirocco.tensor.ir;

/**
 * Memory that outlives a program's run: a parameter, an Adam moment, a KV cache, the random counter. Programs read it
 * and, at the end of a run, write what was {@linkplain Graph#assign assigned}. Several programs may share one state.
 */
public final class State {

    private final String name;
    private Storage storage;
    private boolean isFrozen;
    private volatile Keeper keeper;

    /**
     * A state over memory that exists already, a mapped checkpoint say; if that can only be read, nothing assigns to
     * it.
     */
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

    /** Its memory on the host, which has the current value from here on and until a program runs. */
    public Storage storage() {
        Keeper last = keeper;
        if (last != null) {
            keeper = null;
            last.release(this);
        }
        return storage;
    }

    /**
     * Promises that the value is not changed from here on: programs compiled afterwards may keep it in a form that is
     * faster to compute with. The memory can only be read from now on, and no graph may assign to the state.
     */
    public void freeze() {
        Storage current = storage();
        storage = Storage.over(current.dtype(), current.shape(), current.segment().asReadOnly());
        isFrozen = true;
    }

    public boolean isFrozen() {
        return isFrozen;
    }

    /** Who has the current value while it is not in {@link #storage}: an executor with memory of its own. */
    public interface Keeper {

        /** Writes the current value to {@link #peek}, and expects that the host changes it. */
        void release(State state);
    }

    public void keepBy(Keeper next) {
        keeper = next;
    }

    public boolean isKeptBy(Keeper other) {
        return keeper == other;
    }

    /** Its memory on the host as it is, for keepers. */
    public Storage peek() {
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
