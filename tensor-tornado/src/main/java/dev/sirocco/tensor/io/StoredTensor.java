package dev.sirocco.tensor.io;

import dev.sirocco.tensor.ir.DType;
import dev.sirocco.tensor.ir.Shape;
import dev.sirocco.tensor.ir.Storage;
import dev.sirocco.tensor.ir.UserError;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;

/** A tensor where it lies in a file; its place and size have been checked. */
interface StoredTensor {

    Shape shape();

    /** The element type by the format's own name. */
    String type();

    /** What it takes in the file. */
    long bytes();

    /**
     * The type that it is read as.
     *
     * @throws UserError if there is none
     */
    DType dtype();

    /** @throws UserError if the type has no counterpart, or a value does not fit it */
    Storage read();

    /** Elements one after another, nothing between. */
    record Contiguous(Path file, String name, StoredType stored, Shape shape, MemorySegment data)
            implements StoredTensor {

        @Override
        public String type() {
            return stored.name();
        }

        @Override
        public long bytes() {
            return data.byteSize();
        }

        @Override
        public DType dtype() {
            if (stored.readAs() == null) {
                throw new UserError(
                        who() + " has type " + stored + ", which is not supported; convert it to F32 or BF16");
            }
            return stored.readAs();
        }

        @Override
        public Storage read() {
            dtype();
            try {
                return stored.read(data, shape);
            } catch (ArithmeticException e) {
                throw new UserError(who() + " holds integers beyond 32 bits; convert it to I32", e);
            }
        }

        private String who() {
            return file + ": tensor '" + TensorFileJson.shorten(name) + "'";
        }
    }
}
