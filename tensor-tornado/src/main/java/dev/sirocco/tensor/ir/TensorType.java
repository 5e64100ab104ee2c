package dev.sirocco.tensor.ir;

/** What is known of a tensor before anything runs. */
public record TensorType(Shape shape, DType dtype) {

    /** Bytes of the elements, laid out contiguously. */
    public long bytes() {
        return shape.numel() * dtype.bytes();
    }

    public TensorType with(Shape other) {
        return new TensorType(other, dtype);
    }

    public TensorType with(DType other) {
        return new TensorType(shape, other);
    }

    @Override
    public String toString() {
        return dtype.name().toLowerCase() + shape;
    }
}
