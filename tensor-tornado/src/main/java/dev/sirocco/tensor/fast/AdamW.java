package dev.sirocco.tensor.fast;

import dev.sirocco.tensor.ir.Composite;
import dev.sirocco.tensor.ir.Shape;
import dev.sirocco.tensor.ir.Tensor;
import dev.sirocco.tensor.ir.TensorType;
import java.util.List;

/**
 * One step of Adam with decoupled weight decay (Loshchilov and Hutter 2019, alg. 2), as PyTorch computes it: param,
 * gradient, first moment m, second moment v, all of one shape, and hyper [3] → the new param, m and v.
 *
 * <p>{@code hyper} holds what changes from step to step: the learning rate, 1 - beta1ᵗ and 1 - beta2ᵗ, where t is 1 in
 * the first step. These differences are to be taken in double precision.
 */
public record AdamW(double beta1, double beta2, double eps, double weightDecay) implements Composite {

    @Override
    public List<Tensor> compose(List<Tensor> in) {
        Tensor gradient = in.get(1);
        Tensor hyper = in.get(4);
        Tensor rate = hyper.slice(0, 0, 1).reshape(Shape.SCALAR);
        Tensor correction1 = hyper.slice(0, 1, 2).reshape(Shape.SCALAR);
        Tensor correction2 = hyper.slice(0, 2, 3).reshape(Shape.SCALAR);

        Tensor decayed = in.get(0).mul(rate.mul(-weightDecay).add(1));
        Tensor m = in.get(2).add(gradient.sub(in.get(2)).mul(1 - beta1));
        Tensor v = in.get(3).mul(beta2).add(gradient.square().mul(1 - beta2));
        Tensor denominator = v.sqrt().mul(correction2.rsqrt()).add(eps);
        Tensor param = decayed.sub(m.div(denominator).mul(rate.div(correction1)));
        return List.of(param, m, v);
    }

    @Override
    public boolean keepsGradient() {
        return false;
    }

    @Override
    public List<TensorType> infer(List<TensorType> in) {
        String[] names = {"param", "gradient", "m", "v", "hyper"};
        Operands.requireF32("adamw", in, names);
        for (int i = 1; i < 4; i++) {
            Operands.requireShape("adamw of param " + in.get(0), names[i], in.get(i), in.get(0).shape());
        }
        Operands.requireShape("adamw", "hyper", in.get(4), Shape.of(3));
        return List.of(in.get(0), in.get(0), in.get(0));
    }
}
