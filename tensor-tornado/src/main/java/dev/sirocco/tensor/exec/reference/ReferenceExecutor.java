package dev.sirocco.tensor.exec.reference;

import dev.sirocco.tensor.exec.*;
import dev.sirocco.tensor.ir.*;
public final class ReferenceExecutor implements Executor {
    public String name() { return "reference"; }
    public boolean hasKernel(Op op) { return false; }
    public Program compile(Graph graph) { throw new UnsupportedOperationException(); }
}
