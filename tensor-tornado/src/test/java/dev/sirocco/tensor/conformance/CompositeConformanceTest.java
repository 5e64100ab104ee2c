package dev.sirocco.tensor.conformance;

import dev.sirocco.tensor.exec.Program;
import dev.sirocco.tensor.ir.Graph;
import dev.sirocco.tensor.ir.Storage;
import dev.sirocco.tensor.passes.Lowering;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Every kernel of a composite, and of its gradient, against its composition on the same executor. */
class CompositeConformanceTest {

    static Stream<Arguments> candidates() {
        return CompositeCases.all().flatMap(c -> Stream.of(Candidate.values()).filter(executor -> executor.takes(c))
                .map(executor -> Arguments.of(executor, c)));
    }

    @ParameterizedTest
    @MethodSource("candidates")
    void kernelsComputeTheirComposition(Candidate candidate, Case c) {
        Graph g = c.gradients();
        Graph expanded = Lowering.lower(g, _ -> false);
        Map<String, Storage> numbers = c.numbers(g);
        try (Program kernels = g.compile(candidate.executor());
                Program composed = expanded.compile(candidate.executor())) {
            Close.run(kernels, numbers);
            Close.run(composed, numbers);
            Close.assertOutputs(g, composed, kernels, c.terms());
        }
    }
}
