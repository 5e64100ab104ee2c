package dev.sirocco.tensor.exec.tornado;

import uk.ac.manchester.tornado.api.TornadoProfilerResult;

/**
 * What went on between host and device, and how long kernels ran.
 *
 * @param bytesUp to the device
 * @param bytesDown to the host
 */
record Profile(long bytesUp, long bytesDown, long kernelNanos) {

    static final Profile NONE = new Profile(0, 0, 0);

    /** Whether programs are profiled, for {@code Program.explain()}; TornadoVM's profiler costs time itself. */
    static final boolean IS_ON = Boolean.getBoolean("sirocco.profile");

    /** With what one graph did in its last run. */
    Profile plus(TornadoProfilerResult graph) {
        return new Profile(bytesUp + graph.getTotalBytesCopyIn(), bytesDown + graph.getTotalBytesCopyOut(),
                kernelNanos + graph.getDeviceKernelTime());
    }
}
