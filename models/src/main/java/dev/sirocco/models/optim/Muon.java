package dev.sirocco.models.optim;

import dev.sirocco.tensor.ir.Graph;
import dev.sirocco.tensor.ir.Shape;
import dev.sirocco.tensor.ir.State;
import dev.sirocco.tensor.ir.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * Momentum whose steps are orthogonalised, for the hidden matrices of a network: K. Jordan et al. 2024, "Muon: an
 * optimizer for hidden layers in neural networks". Equal matrices are orthogonalised together, as one batched product.
 *
 * @param momentum what it rises to
 * @param firstMomentum what it begins with
 * @param momentumWarmup over how many steps it rises
 * @param iterations of Newton-Schulz, 5 in the paper
 * @param rows the heights of the matrices that are stacked in one parameter, such as queries, keys and values
 */
public record Muon(double learningRate, double momentum, double firstMomentum, int momentumWarmup, double weightDecay,
        int iterations, Function<State, List<Integer>> rows) implements Algorithm {

    /** With a momentum of 0.95, that rises from 0.85 over 300 steps, and five iterations; one matrix a parameter. */
    public Muon(double learningRate, double weightDecay) {
        this(learningRate, 0.95, 0.85, 300, weightDecay, 5, p -> List.of(p.shape().dim(0)));
    }

    public Muon withRows(Function<State, List<Integer>> other) {
        return new Muon(learningRate, momentum, firstMomentum, momentumWarmup, weightDecay, iterations, other);
    }

    @Override
    public double[] numbers(long step, double factor) {
        double warm = momentumWarmup == 0 ? 1 : Math.min(1, (double) step / momentumWarmup);
        return new double[] {learningRate * factor, firstMomentum + (momentum - firstMomentum) * warm};
    }

    /** A matrix within a parameter. */
    private record Block(State parameter, Tensor gradient, Shape shape) {}

    @Override
    public void update(Graph g, List<State> parameters, List<Tensor> gradients, Tensor numbers, Slots slots) {
        Map<Shape, List<Block>> equal = new LinkedHashMap<>();
        for (int i = 0; i < parameters.size(); i++) {
            Tensor gradient = matrix(gradients.get(i));
            int row = 0;
            for (int height : rows.apply(parameters.get(i))) {
                Shape shape = gradient.shape().with(0, height);
                equal.computeIfAbsent(shape, _ -> new ArrayList<>())
                        .add(new Block(parameters.get(i), gradient.slice(0, row, row + height), shape));
                row += height;
            }
        }
        Map<State, List<Tensor>> steps = new LinkedHashMap<>();
        parameters.forEach(p -> steps.put(p, new ArrayList<>()));
        equal.forEach((shape, blocks) -> {
            Tensor step = step(g, shape, blocks, numbers.slice(0, 1, 2), slots);               // (n, rows, columns)
            // As large a step in any matrix, whatever its shape.
            double scale = Math.sqrt(Math.max(1, (double) shape.dim(0) / shape.dim(1)));
            for (int i = 0; i < blocks.size(); i++) {
                steps.get(blocks.get(i).parameter).add(step.slice(0, i, i + 1).reshape(shape).mul(scale));
            }
        });
        Tensor rate = numbers.slice(0, 0, 1);
        steps.forEach((parameter, parts) -> {
            Tensor decay = rate.mul(-weightDecay).add(1);
            Tensor step = Tensor.concat(0, parts).reshape(parameter.shape()).mul(rate);
            g.assign(parameter, g.read(parameter).mul(decay).sub(step));
        });
    }

    /** A convolution's weight (out, in, …) as the matrix (out, in · …) that is multiplied with patches. */
    private static Tensor matrix(Tensor x) {
        return x.reshape(x.dim(0), Math.toIntExact(x.shape().numel() / x.dim(0)));
    }

    private Tensor step(Graph g, Shape shape, List<Block> blocks, Tensor beta, Slots slots) {
        Tensor gradient = Tensor.concat(0, blocks.stream().map(b -> b.gradient.unsqueeze(0)).toList());
        State velocity = slots.get("muon." + shape.dim(0) + "x" + shape.dim(1), gradient.shape());
        Tensor v = g.read(velocity);
        v = v.add(gradient.sub(v).mul(beta.neg().add(1)));
        g.assign(velocity, v);
        Tensor ahead = gradient.add(v.sub(gradient).mul(beta));                       // Nesterov
        return orthogonalise(ahead, iterations);
    }

    /** About U·Vᵀ where the matrices, the last two axes, are U·S·Vᵀ: singular values between 0.7 and 1.2. */
    static Tensor orthogonalise(Tensor matrices, int iterations) {
        boolean isTall = matrices.dim(-2) > matrices.dim(-1);
        Tensor x = isTall ? matrices.transpose() : matrices;
        x = x.div(x.square().sumKeep(-2, -1).sqrt().add(1e-7));
        for (int i = 0; i < iterations; i++) {
            Tensor a = x.matmul(x.transpose());
            Tensor b = a.mul(-4.7750).add(a.matmul(a).mul(2.0315));
            x = x.mul(3.4445).add(b.matmul(x));
        }
        return isTall ? x.transpose() : x;
    }
}
