package dev.sirocco.tensor.exec.tornado;

import java.lang.reflect.Constructor;
import uk.ac.manchester.tornado.api.common.TaskPackage;

/** TornadoVM has a constructor for each number of a task's arguments; this finds the right one, once, while binding. */
final class Tasks {

    private Tasks() {}

    /** @param arguments the task's name, the task, and what it is called with */
    static TaskPackage of(Object[] arguments) {
        try {
            for (Constructor<?> c : TaskPackage.class.getConstructors()) {
                if (c.getParameterCount() == arguments.length && c.getParameterTypes()[1].isInstance(arguments[1])) {
                    return (TaskPackage) c.newInstance(arguments);
                }
            }
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("TornadoVM refuses a task", e);
        }
        throw new IllegalStateException("TornadoVM has no task of " + (arguments.length - 2) + " arguments");
    }
}
