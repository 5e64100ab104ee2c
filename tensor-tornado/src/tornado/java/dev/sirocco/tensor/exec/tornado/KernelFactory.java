package dev.sirocco.tensor.exec.tornado;

import java.io.File;
import java.io.IOException;
import java.lang.classfile.ClassFile;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/**
 * Makes kernels at run time: a {@linkplain TaskClass class} with a static method {@code run(KernelContext, arrays …)}.
 * TornadoVM's compiler reads the class from the class path, so the class is written to a folder there, named by its
 * content: what is the same is written and loaded once.
 */
final class KernelFactory {

    private static final String PACKAGE = "dev.sirocco.tensor.exec.tornado";

    private static final Map<String, Object> TASKS = new ConcurrentHashMap<>();

    private KernelFactory() {}

    /** A task and what it is to be called with, behind the context. */
    record Made(Object task, List<DeviceArray> arrays) {}

    /** Makes a kernel of what a writer writes; it is called twice, the first time to learn the arguments. */
    static Made make(Consumer<KernelCode> writer) {
        List<DeviceArray> arrays = new ArrayList<>();
        ClassFile.of(ClassFile.StackMapsOption.DROP_STACK_MAPS)
                .build(ClassDesc.of(PACKAGE, "Draft"),
                        c -> c.withMethodBody("run", MethodTypeDesc.of(ConstantDescs.CD_void), ClassFile.ACC_STATIC,
                                b -> {
                    writer.accept(new KernelCode(b, arrays));
                    b.return_();
                }));
        if (arrays.size() >= KernelCode.MOST_ARGUMENTS) {
            throw new IllegalStateException("a kernel of " + arrays.size() + " arrays; TornadoVM takes 14");
        }
        String content = name(classOf("K", arrays, writer));
        Object task = TASKS.computeIfAbsent(content, name -> load(name, classOf(name, arrays, writer)));
        return new Made(task, arrays);
    }

    /** Of a digest: sums such as those of {@code hashCode} are the same for kernels of 320 and 545 elements. */
    private static String name(byte[] content) {
        return "K" + UUID.nameUUIDFromBytes(content).toString().replace("-", "");
    }

    private static byte[] classOf(String name, List<DeviceArray> arrays, Consumer<KernelCode> writer) {
        List<ClassDesc> parameters = new ArrayList<>();
        parameters.add(KernelCode.CONTEXT);
        arrays.forEach(a -> parameters.add(a.kind().type()));
        return new TaskClass(ClassDesc.of(PACKAGE, name), parameters, b -> {
            writer.accept(new KernelCode(b, new ArrayList<>(arrays)));
            b.return_();
        }).bytes();
    }

    private static Object load(String name, byte[] content) {
        try {
            Path file = Folder.PATH.resolve(PACKAGE.replace('.', '/')).resolve(name + ".class");
            Files.createDirectories(file.getParent());
            Files.write(file, content);
            return Class.forName(PACKAGE + "." + name, true, ClassLoader.getSystemClassLoader())
                    .getConstructor().newInstance();
        } catch (IOException | ReflectiveOperationException e) {
            throw new IllegalStateException("the kernel " + name + " could not be loaded from " + Folder.PATH
                    + "; is that folder on the class path?", e);
        }
    }

    /**
     * Where kernels are written: a folder on the class path, named by {@code -Dsirocco.kernels}, or the first there is.
     */
    private static final class Folder {
        private static final Path PATH = find();

        private static Path find() {
            String named = System.getProperty("sirocco.kernels");
            return named != null ? Path.of(named)
                    : Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                    .map(Path::of).filter(Files::isDirectory).findFirst()
                    .orElseThrow(() -> new IllegalStateException("TornadoVM needs a folder on the class path for "
                            + "generated kernels: name one with -Dsirocco.kernels"));
        }
    }
}
