package dev.sirocco.apps.weights;

import dev.sirocco.tensor.io.TensorFile;
import dev.sirocco.tensor.io.TensorSource;
import dev.sirocco.tensor.ir.DType;
import dev.sirocco.tensor.ir.Shape;
import dev.sirocco.tensor.ir.Storage;
import dev.sirocco.tensor.ir.UserError;
import java.util.Iterator;
import java.util.List;

/** The tensors of a file, which are read and converted piece by piece while they are written to another one. */
final class ConvertedTensors {

    private static final String RESERVED = "__metadata__";
    /** Elements that are converted at a time. */
    private static final int PIECE = 1 << 20;
    private static final long MOST_COPIED = 1 << 27;

    private final TensorFile file;
    private final DType floats;
    private final ByteProgress progress;
    private long written;
    private long copied;

    /**
     * @param floats the type of all that are no integers; null: each as it is
     * @throws UserError if safetensors cannot hold one of the tensors
     */
    ConvertedTensors(TensorFile file, DType floats, ByteProgress progress) {
        if (file.contains(RESERVED)) {
            throw new UserError(file.path() + " has a tensor '" + RESERVED + "', which safetensors does not allow");
        }
        this.file = file;
        this.floats = floats;
        this.progress = progress;
    }

    /** @throws UserError if a tensor's type has no counterpart, before any is read */
    List<TensorSource> sources() {
        List<TensorSource> sources = file.names().stream().map(name -> new TensorSource(
                name, target(name), file.shape(name), () -> pieces(name))).toList();
        progress.begin(file.path().getFileName().toString(), 0,
                sources.stream().mapToLong(s -> s.shape().numel() * s.dtype().bytes()).sum());
        return sources;
    }

    private DType target(String name) {
        DType read = file.dtype(name);
        return floats != null && read.isFloat() ? floats : read;
    }

    private Iterator<Storage> pieces(String name) {
        if (copied > MOST_COPIED) {
            // What was unpacked lies outside of the heap, which is nearly empty: nothing else makes it go.
            System.gc();
            copied = 0;
        }
        Storage tensor = file.get(name);
        copied += tensor.bytes();
        return new Pieces(name, tensor);
    }

    /** A tensor's elements, converted, all pieces in the same memory. */
    private final class Pieces implements Iterator<Storage> {

        private final String name;
        private final Storage tensor;
        private final Storage room;
        private long at;

        Pieces(String name, Storage tensor) {
            this.name = name;
            this.tensor = tensor;
            room = new Storage(target(name), Shape.of((int) Math.min(PIECE, tensor.numel())));
        }

        @Override
        public boolean hasNext() {
            return at < tensor.numel();
        }

        @Override
        public Storage next() {
            Shape shape = Shape.of((int) Math.min(PIECE, tensor.numel() - at));
            int bytes = tensor.dtype().bytes();
            Storage piece = Storage.over(tensor.dtype(), shape,
                    tensor.segment().asSlice(at * bytes, shape.numel() * bytes));
            Storage converted = Storage.over(room.dtype(), shape, room.segment());
            converted.set(piece);
            requireFinite(piece, converted);
            at += shape.numel();
            written += converted.bytes();
            progress.at(written);
            return converted;
        }

        /** F16 ends at 65504: what lies beyond would become infinite. */
        private void requireFinite(Storage piece, Storage converted) {
            if (converted.dtype() != DType.F16 || piece.dtype() == DType.F16) {
                return;
            }
            for (long i = 0; i < piece.numel(); i++) {
                if (Float.isInfinite(converted.get(i)) && !Float.isInfinite(piece.get(i))) {
                    throw new UserError("%s: tensor '%s' has the value %s, too large for f16: take bf16 or f32"
                            .formatted(file.path(), name, piece.get(i)));
                }
            }
        }
    }
}
