package dev.sirocco.tensor.exec.tornado;

import dev.sirocco.tensor.exec.tornado.KernelCode.Value;
import dev.sirocco.tensor.ir.DType;
import dev.sirocco.tensor.ir.Op;
import dev.sirocco.tensor.ir.Op.RandomKind;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;

/** Random numbers: each element is a function of its place, the seed and the step. */
final class RandomCode {

    private static final ClassDesc NUMBERS = RandomNumbers.class.describeConstable().orElseThrow();
    private static final MethodTypeDesc NUMBER = MethodTypeDesc.of(ConstantDescs.CD_float, ConstantDescs.CD_int,
            ConstantDescs.CD_int, ConstantDescs.CD_int, ConstantDescs.CD_int);

    private RandomCode() {}

    static Kernel kernel(String describe, View seedAndStep, View out, Op.Random op) {
        return Kernel.elements(describe, out.shape().numel(), (code, i) -> {
            Value seed = seedAndStep.load(code, new int[] {code.intVariable(() -> code.push(0))});
            Value step = seedAndStep.load(code, new int[] {code.intVariable(() -> code.push(1))});
            code.pushInt(i);
            code.push(seed);
            code.push(step);
            code.push(op.stream());
            out.store(code, i, code.invoke(NUMBERS, op.kind() == RandomKind.UNIFORM ? "uniform" : "normal", NUMBER,
                    DType.F32));
        });
    }
}
