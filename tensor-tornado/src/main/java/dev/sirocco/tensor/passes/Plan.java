package dev.sirocco.tensor.passes;

import dev.sirocco.tensor.ir.Graph;
import dev.sirocco.tensor.ir.State;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A graph made ready to be bound to memory.
 *
 * @param steps in an order in which they can run
 * @param outputs whole working buffers
 * @param places of all working buffers that are written
 * @param arenaBytes the working memory that {@link Place.Arena} offsets point into
 * @param writeBacks what is copied into states when all steps have run
 * @param wanted the buffers that a step, the user or a state reads; results of calls that are not among them are not
 *               worth computing
 */
public record Plan(List<Step> steps, Map<String, Layout> outputs, Map<Buffer, Place> places, long arenaBytes,
                   Map<State, Buffer> writeBacks, Set<Buffer> wanted) {

    /** Where a working buffer lies. */
    public sealed interface Place {
        /** So many bytes into the arena. */
        record Arena(long offset) implements Place {}

        /** Memory of its own, that the user sees. */
        record Output() implements Place {}

        /** Right in the state that it is the new value of. */
        record InState(State state) implements Place {}

        /** Where another buffer lies, which takes over its elements one by one. */
        record SameAs(Buffer other) implements Place {}
    }

    /** @param lowered a graph without composites that the executor has no kernel for */
    public static Plan of(Graph lowered, Target target) {
        Tracer tracer = new Tracer(target);
        tracer.trace(lowered);
        List<Step> steps = new Fusion(tracer, target).steps();
        return new MemoryPlan(steps, tracer).plan();
    }
}
