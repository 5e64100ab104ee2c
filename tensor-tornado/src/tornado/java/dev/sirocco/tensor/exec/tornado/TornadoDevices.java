package dev.sirocco.tensor.exec.tornado;

import dev.sirocco.tensor.exec.Device;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import uk.ac.manchester.tornado.api.TornadoBackend;
import uk.ac.manchester.tornado.api.TornadoRuntime;
import uk.ac.manchester.tornado.api.common.TornadoDevice;
import uk.ac.manchester.tornado.api.enums.TornadoDeviceType;
import uk.ac.manchester.tornado.api.runtime.TornadoRuntimeProvider;

/** The devices of this machine as TornadoVM numbers them. */
public final class TornadoDevices {

    /** A device with what people see of it. */
    record Named(Device description, TornadoDevice device) {}

    /**
     * TornadoVM's own limit of 4 GB to a device, which is lifted: what a device has is checked before anything runs.
     */
    static final String MEMORY = "tornado.device.memory";

    static {
        if (System.getProperty(MEMORY) == null) {
            System.setProperty(MEMORY, "1024GB");
        }
    }

    private TornadoDevices() {}

    /** All of them; none if there is no driver. */
    public static List<Device> list() {
        return named().stream().map(Named::description).toList();
    }

    /** The device of this id, {@code tornado} being the first GPU, or else the first device. */
    static Named find(String id) {
        List<Named> all = named();
        if (all.isEmpty()) {
            throw new IllegalStateException("TornadoVM finds no device: install an OpenCL driver, such as Debian's "
                    + "pocl-opencl-icd for the CPU or that of the maker of the GPU");
        }
        if (id.equals("tornado")) {
            return all.stream().filter(n -> n.description.isGpu()).findFirst().orElse(all.getFirst());
        }
        return all.stream().filter(n -> n.description.id().equals(id)).findFirst().orElseThrow(() ->
                new IllegalStateException("no such device: there are "
                        + String.join(", ", all.stream().map(n -> n.description.id()).toList())));
    }

    private static List<Named> named() {
        List<Named> all = new ArrayList<>();
        TornadoRuntime runtime;
        try {
            runtime = TornadoRuntimeProvider.getTornadoRuntime();
        } catch (RuntimeException | LinkageError _) {
            return all;                                               // what TornadoVM throws when it finds no platform
        }
        for (int i = 0; i < runtime.getNumBackends(); i++) {
            TornadoBackend backend = runtime.getBackend(i);
            for (int j = 0; j < backend.getNumDevices(); j++) {
                TornadoDevice device = backend.getDevice(j);
                all.add(new Named(describe("tornado:" + i + ":" + j, backend, device), device));
            }
        }
        return all;
    }

    private static Device describe(String id, TornadoBackend backend, TornadoDevice device) {
        return new Device(id, device.getPhysicalDevice().getDeviceName().strip(), backend.getBackendType().name(),
                device.getDeviceType() != TornadoDeviceType.CPU, device.getMaxGlobalMemory(),
                told(device::getPlatformName) + ", " + told(device::getDeviceOpenCLCVersion));
    }

    /** Not every backend has an answer. */
    private static String told(Supplier<String> question) {
        try {
            String answer = question.get();
            return answer == null ? "unknown" : answer.strip();
        } catch (RuntimeException _) {
            return "unknown";
        }
    }
}
