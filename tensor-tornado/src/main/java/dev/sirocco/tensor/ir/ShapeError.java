package dev.sirocco.tensor.ir;

/**
 * Operands that do not fit together, found while a graph is traced; the message holds the shapes and the layer's path.
 */
public final class ShapeError extends IllegalArgumentException {

    private static final long serialVersionUID = 1;

    public ShapeError(String message) {
        super(message);
    }
}
