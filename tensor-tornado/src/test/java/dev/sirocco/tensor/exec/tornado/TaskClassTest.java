package dev.sirocco.tensor.exec.tornado;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.classfile.ClassFile;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.lang.invoke.MethodHandleInfo;
import java.lang.invoke.MethodType;
import java.lang.invoke.SerializedLambda;
import java.lang.reflect.Method;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** How TornadoVM finds the kernel of a generated task; needs no SDK, as stand-ins take the place of its types. */
class TaskClassTest {

    private static final String API = "uk.ac.manchester.tornado.api.";
    private static final ClassDesc CONTEXT = ClassDesc.of(API + "KernelContext");
    private static final ClassDesc FLOATS = ClassDesc.of(API + "types.arrays.FloatArray");
    private static final ClassDesc TASK = ClassDesc.of(API + "common.TornadoFunctions$Task2");
    private static final ClassDesc NAME = ClassDesc.of("dev.sirocco.tensor.exec.tornado", "SomeKernel");

    /** Defines classes from their bytes. */
    private static final class Loader extends ClassLoader {
        private final Map<String, byte[]> classes = new HashMap<>();

        private void add(ClassDesc name, byte[] bytes) {
            classes.put(name.packageName() + "." + name.displayName(), bytes);
        }

        @Override
        protected Class<?> findClass(String name) throws ClassNotFoundException {
            byte[] bytes = classes.get(name);
            if (bytes == null) {
                throw new ClassNotFoundException(name);
            }
            return defineClass(name, bytes, 0, bytes.length);
        }
    }

    private static Loader loader() {
        Loader loader = new Loader();
        loader.add(CONTEXT, ClassFile.of().build(CONTEXT, _ -> { }));
        loader.add(FLOATS, ClassFile.of().build(FLOATS, _ -> { }));
        int isInterface = ClassFile.ACC_PUBLIC | ClassFile.ACC_INTERFACE | ClassFile.ACC_ABSTRACT;
        loader.add(TASK, ClassFile.of().build(TASK, c -> c.withFlags(isInterface).withMethod("apply",
                MethodTypeDesc.of(ConstantDescs.CD_void, Collections.nCopies(2, ConstantDescs.CD_Object)),
                ClassFile.ACC_PUBLIC | ClassFile.ACC_ABSTRACT, _ -> { })));
        loader.add(NAME, new TaskClass(NAME, List.of(CONTEXT, FLOATS), b -> b.return_()).bytes());
        return loader;
    }

    /** As TornadoVM 6 does it. */
    private static SerializedLambda written(Object task) throws ReflectiveOperationException {
        Method writeReplace = task.getClass().getDeclaredMethod("writeReplace");
        writeReplace.setAccessible(true);
        return (SerializedLambda) writeReplace.invoke(task);
    }

    @Test
    void theLambdaThatATaskIsWrittenAsNamesTheKernel() throws ReflectiveOperationException {
        Loader loader = loader();
        Class<?> type = loader.loadClass("dev.sirocco.tensor.exec.tornado.SomeKernel");
        SerializedLambda lambda = written(type.getConstructor().newInstance());
        assertEquals(MethodHandleInfo.REF_invokeStatic, lambda.getImplMethodKind());
        assertEquals(TASK.descriptorString(), "L" + lambda.getFunctionalInterfaceClass() + ";");
        assertEquals("apply", lambda.getFunctionalInterfaceMethodName());
        assertEquals(0, lambda.getCapturedArgCount());

        Class<?> owner = Class.forName(lambda.getImplClass().replace('/', '.'), false, loader);
        MethodType signature = MethodType.fromMethodDescriptorString(lambda.getImplMethodSignature(), loader);
        Method kernel = owner.getDeclaredMethod(lambda.getImplMethodName(), signature.parameterArray());
        assertEquals("public static void dev.sirocco.tensor.exec.tornado.SomeKernel.run(" + API + "KernelContext," + API
                + "types.arrays.FloatArray)", kernel.toString());
    }

    @Test
    void applyCallsTheKernel() throws ReflectiveOperationException {
        Class<?> type = loader().loadClass("dev.sirocco.tensor.exec.tornado.SomeKernel");
        type.getMethod("apply", Object.class, Object.class).invoke(type.getConstructor().newInstance(), null, null);
    }
}
