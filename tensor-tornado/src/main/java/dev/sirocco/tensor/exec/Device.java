package dev.sirocco.tensor.exec;

/**
 * What a program can run on.
 *
 * @param id what a person names it by: {@code cpu}, or {@code tornado:BACKEND:NUMBER}
 * @param name the maker's
 * @param backend the interface that it is driven by: {@code vector}, {@code OpenCL}, {@code PTX} …
 * @param isGpu whether it is not a CPU
 * @param memoryBytes its memory
 * @param driver the driver's name and version, as far as it tells
 */
public record Device(String id, String name, String backend, boolean isGpu, long memoryBytes, String driver) {}
