package dev.sirocco.tensor.exec.tornado;

import dev.sirocco.tensor.ir.DType;
import dev.sirocco.tensor.ir.Shape;
import dev.sirocco.tensor.ir.Storage;

/** Where a tensor's elements begin. */
record Place(DeviceArray array, int offset, DType dtype) {

    /** The host's copy of the tensor. */
    Storage storage(Shape shape) {
        return Storage.over(dtype, shape, array.segment().asSlice((long) offset * dtype.bytes()));
    }
}
