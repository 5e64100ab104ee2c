package dev.sirocco.models.train;

import dev.sirocco.tensor.ir.UserError;
import java.lang.reflect.Constructor;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** Configurations, which are records of numbers, truth values, texts and enums, to texts and back. */
public final class Records {

    private Records() {}

    /** The components by name. */
    public static Map<String, String> toTexts(Record config) {
        Map<String, String> texts = new LinkedHashMap<>();
        for (RecordComponent c : config.getClass().getRecordComponents()) {
            texts.put(c.getName(), String.valueOf(get(config, c)));
        }
        return texts;
    }

    /** The components by name, each with a prefix, to be saved beside other texts. */
    public static Map<String, String> toTexts(String prefix, Record config) {
        Map<String, String> texts = new LinkedHashMap<>();
        toTexts(config).forEach((name, text) -> texts.put(prefix + name, text));
        return texts;
    }

    /** A configuration with some components replaced. */
    public static <R extends Record> R with(R config, Map<String, String> changes) {
        Map<String, String> texts = toTexts(config);
        texts.putAll(changes);
        @SuppressWarnings("unchecked")
        Class<R> type = (Class<R>) config.getClass();
        return fromTexts(type, texts);
    }

    /**
     * @throws UserError if a component is missing, there is none of a name, or a text does not fit its type
     */
    public static <R extends Record> R fromTexts(Class<R> type, Map<String, String> texts) {
        RecordComponent[] components = type.getRecordComponents();
        for (String name : texts.keySet()) {
            if (Arrays.stream(components).noneMatch(c -> c.getName().equals(name))) {
                throw new UserError("there is no setting '" + name + "'; there are "
                        + Arrays.stream(components).map(RecordComponent::getName).collect(Collectors.joining(", ")));
            }
        }
        Object[] values = new Object[components.length];
        Class<?>[] types = new Class<?>[components.length];
        for (int i = 0; i < components.length; i++) {
            String text = texts.get(components[i].getName());
            if (text == null) {
                throw new UserError("the setting '" + components[i].getName() + "' is missing");
            }
            types[i] = components[i].getType();
            values[i] = parse(components[i].getName(), types[i], text);
        }
        try {
            Constructor<R> constructor = type.getDeclaredConstructor(types);
            return constructor.newInstance(values);
        } catch (ReflectiveOperationException e) {
            throw new IllegalArgumentException(type + " cannot be made", e);
        }
    }

    private static Object get(Record config, RecordComponent component) {
        try {
            return component.getAccessor().invoke(config);
        } catch (ReflectiveOperationException e) {
            throw new IllegalArgumentException(config.getClass() + " cannot be read", e);
        }
    }

    private static Object parse(String name, Class<?> type, String text) {
        try {
            if (type == int.class) {
                return Integer.parseInt(text);
            } else if (type == long.class) {
                return Long.parseLong(text);
            } else if (type == double.class) {
                return Double.parseDouble(text);
            } else if (type == boolean.class && (text.equals("true") || text.equals("false"))) {
                return text.equals("true");
            } else if (type == String.class) {
                return text;
            } else if (type.isEnum()) {
                return Arrays.stream(type.getEnumConstants())
                        .filter(e -> e.toString().equals(text.toUpperCase(Locale.ROOT))).findFirst()
                        .orElseThrow(() -> new UserError("%s '%s': choose one of %s".formatted(name, text,
                                Arrays.toString(type.getEnumConstants()).toLowerCase(Locale.ROOT))));
            }
        } catch (NumberFormatException e) {
            throw new UserError("%s '%s' is not a number".formatted(name, text), e);
        }
        throw new UserError("%s '%s': expected %s".formatted(name, text, type == boolean.class ? "true or false" : type));
    }
}
