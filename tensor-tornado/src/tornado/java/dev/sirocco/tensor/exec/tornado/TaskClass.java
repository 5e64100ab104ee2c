package dev.sirocco.tensor.exec.tornado;

import java.lang.classfile.ClassBuilder;
import java.lang.classfile.ClassFile;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.lang.invoke.MethodHandleInfo;
import java.lang.invoke.SerializedLambda;
import java.lang.reflect.AccessFlag;
import java.util.Collections;
import java.util.List;
import java.util.function.Consumer;

/**
 * The class of a task, as TornadoVM wants it: the kernel is a static method, {@code apply} calls it, and
 * {@code writeReplace} names it. TornadoVM 5 looks for the kernel in the bytes of {@code apply}; from 6 on it asks the
 * task for what a serialised lambda would be written as.
 *
 * @param parameters the kernel's, the context first
 * @param body writes the kernel's code, with its {@code return}
 */
record TaskClass(ClassDesc name, List<ClassDesc> parameters, Consumer<CodeBuilder> body) {

    private static final String TASK = "uk.ac.manchester.tornado.api.common.TornadoFunctions$Task";
    private static final String APPLY = "apply";
    private static final String KERNEL = "run";

    byte[] bytes() {
        return ClassFile.of().build(name, c -> {
            c.withFlags(AccessFlag.PUBLIC, AccessFlag.FINAL)
                    .withInterfaceSymbols(task(), ClassDesc.of("java.io.Serializable"));
            writeConstructor(c);
            writeApply(c);
            writeReplace(c);
            writeKernel(c);
        });
    }

    private ClassDesc task() {
        return ClassDesc.of(TASK + parameters.size());
    }

    private MethodTypeDesc apply() {
        return MethodTypeDesc.of(ConstantDescs.CD_void,
                Collections.nCopies(parameters.size(), ConstantDescs.CD_Object));
    }

    private MethodTypeDesc kernel() {
        return MethodTypeDesc.of(ConstantDescs.CD_void, parameters);
    }

    private static void writeConstructor(ClassBuilder c) {
        c.withMethodBody(ConstantDescs.INIT_NAME, ConstantDescs.MTD_void, ClassFile.ACC_PUBLIC, b -> b
                .aload(0).invokespecial(ConstantDescs.CD_Object, ConstantDescs.INIT_NAME, ConstantDescs.MTD_void)
                .return_());
    }

    private void writeApply(ClassBuilder c) {
        c.withMethodBody(APPLY, apply(), ClassFile.ACC_PUBLIC, b -> {
            for (int i = 0; i < parameters.size(); i++) {
                b.aload(1 + i).checkcast(parameters.get(i));
            }
            b.invokestatic(name, KERNEL, kernel()).return_();
        });
    }

    /** Returns what {@code javac} would have made of {@code (TaskN & Serializable) Kernel::run}. */
    private void writeReplace(ClassBuilder c) {
        ClassDesc lambda = SerializedLambda.class.describeConstable().orElseThrow();
        ClassDesc string = ConstantDescs.CD_String;
        ClassDesc objects = ConstantDescs.CD_Object.arrayType();
        MethodTypeDesc constructor = MethodTypeDesc.of(ConstantDescs.CD_void, ConstantDescs.CD_Class, string, string,
                string, ConstantDescs.CD_int, string, string, string, string, objects);
        c.withMethodBody("writeReplace", MethodTypeDesc.of(ConstantDescs.CD_Object), ClassFile.ACC_PRIVATE, b -> b
                .new_(lambda).dup()
                .loadConstant(name)
                .loadConstant(internalName(task())).loadConstant(APPLY).loadConstant(apply().descriptorString())
                .loadConstant(MethodHandleInfo.REF_invokeStatic)
                .loadConstant(internalName(name)).loadConstant(KERNEL).loadConstant(kernel().descriptorString())
                .loadConstant(kernel().descriptorString())
                .loadConstant(0).anewarray(ConstantDescs.CD_Object)
                .invokespecial(lambda, ConstantDescs.INIT_NAME, constructor)
                .areturn());
    }

    private static String internalName(ClassDesc type) {
        String descriptor = type.descriptorString();                      // Lpackage/Name;
        return descriptor.substring(1, descriptor.length() - 1);
    }

    /** TornadoVM finds parameters by the table of local variables. */
    private void writeKernel(ClassBuilder c) {
        c.withMethodBody(KERNEL, kernel(), ClassFile.ACC_PUBLIC | ClassFile.ACC_STATIC, b -> {
            Label start = b.newBoundLabel();
            Label end = b.newLabel();
            for (int i = 0; i < parameters.size(); i++) {
                b.localVariable(i, i == 0 ? "context" : "array" + i, parameters.get(i), start, end);
            }
            body.accept(b);
            b.labelBinding(end);
        });
    }
}
