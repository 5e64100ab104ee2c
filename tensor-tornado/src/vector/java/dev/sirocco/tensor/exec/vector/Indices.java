package dev.sirocco.tensor.exec.vector;

import dev.sirocco.tensor.ir.Node;

/** The only guard between an index in a tensor and raw memory. */
final class Indices {

    private Indices() {}

    /** @throws IndexOutOfBoundsException if the index is not one of 0 … size - 1 */
    static int check(int index, int size, Node node) {
        if (index < 0 || index >= size) {
            String path = node.path().isEmpty() ? "" : node.path() + ": ";
            throw new IndexOutOfBoundsException("%s%s: index %d of an axis of size %d"
                    .formatted(path, node.op(), index, size));
        }
        return index;
    }
}
