package dev.sirocco.models.train;

import dev.sirocco.tensor.ir.UserError;
import java.lang.reflect.Constructor;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Configurations, which are records of numbers, truth values, texts, enums and lists of whole numbers, to texts
 * and back. A record inside a record counts as if its components were the outer one's.
 */
public final class Records {

    private Records() {}

    /** The components by name. */
    public static Map<String, String> toTexts(Record config) {
        Map<String, String> texts = new LinkedHashMap<>();
        for (RecordComponent c : config.getClass().getRecordComponents()) {
            Object value = get(config, c);
            if (value instanceof Record inner) {
                texts.putAll(toTexts(inner));
            } else {
                texts.put(c.getName(), String.valueOf(value));
            }
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
        Set<String> names = names(type).collect(Collectors.toCollection(LinkedHashSet::new));
        for (String name : texts.keySet()) {
            if (!names.contains(name)) {
                throw new UserError("there is no setting '" + name + "'; there are " + String.join(", ", names));
            }
        }
        return make(type, texts);
    }

    private static Stream<String> names(Class<?> type) {
        return Arrays.stream(type.getRecordComponents())
                .flatMap(c -> c.getType().isRecord() ? names(c.getType()) : Stream.of(c.getName()));
    }

    private static <R> R make(Class<R> type, Map<String, String> texts) {
        RecordComponent[] components = type.getRecordComponents();
        Object[] values = new Object[components.length];
        Class<?>[] types = new Class<?>[components.length];
        for (int i = 0; i < components.length; i++) {
            types[i] = components[i].getType();
            String name = components[i].getName();
            if (types[i].isRecord()) {
                values[i] = make(types[i], texts);
                continue;
            }
            String text = texts.get(name);
            if (text == null) {
                throw new UserError("the setting '" + name + "' is missing");
            }
            values[i] = parse(name, types[i], text);
        }
        try {
            Constructor<R> constructor = type.getDeclaredConstructor(types);
            constructor.setAccessible(true);
            return constructor.newInstance(values);
        } catch (ReflectiveOperationException e) {
            throw new IllegalArgumentException(type + " cannot be made", e);
        }
    }

    private static Object get(Record config, RecordComponent component) {
        try {
            component.getAccessor().setAccessible(true);                     // the record may be its package's own
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
            } else if (type == List.class) {
                String inner = text.replaceAll("[\\[\\] ]", "");
                return Arrays.stream(inner.isEmpty() ? new String[0] : inner.split(",")).map(Integer::valueOf).toList();
            } else if (type.isEnum()) {
                return Arrays.stream(type.getEnumConstants())
                        .filter(e -> e.toString().equals(text.toUpperCase(Locale.ROOT))).findFirst()
                        .orElseThrow(() -> new UserError("%s '%s': choose one of %s".formatted(name, text,
                                Arrays.toString(type.getEnumConstants()).toLowerCase(Locale.ROOT))));
            }
        } catch (NumberFormatException e) {
            throw new UserError("%s '%s' is not a number".formatted(name, text), e);
        }
        throw new UserError("%s '%s': expected %s".formatted(name, text,
                type == boolean.class ? "true or false" : type));
    }
}
