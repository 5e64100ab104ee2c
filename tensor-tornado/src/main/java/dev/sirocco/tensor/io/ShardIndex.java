package dev.sirocco.tensor.io;

import com.fasterxml.jackson.core.JsonToken;
import dev.sirocco.tensor.ir.UserError;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The index beside a checkpoint of several files, {@code model.safetensors.index.json}.
 *
 * @param fileOf each tensor's file
 */
record ShardIndex(Map<String, Path> fileOf) {

    static final String SUFFIX = ".index.json";

    /** @throws UserError if it cannot be read, or names files that are not beside it */
    static ShardIndex read(Path index) {
        MemorySegment json = TensorFile.map(index);
        if (json.byteSize() > TensorFileJson.MAX_BYTES) {
            throw TensorFileJson.damaged(index, "it is too large for an index");
        }
        return parse(index, json.toArray(ValueLayout.JAVA_BYTE));
    }

    static ShardIndex parse(Path index, byte[] json) {
        Map<String, Path> fileOf = new LinkedHashMap<>();
        try (TensorFileJson in = new TensorFileJson(index, json)) {
            in.expect(JsonToken.START_OBJECT, "the index");
            for (String key = in.nextName(); key != null; key = in.nextName()) {
                if (key.equals("weight_map")) {
                    in.expect(JsonToken.START_OBJECT, key);
                    for (String name = in.nextName(); name != null; name = in.nextName()) {
                        fileOf.put(name, beside(index, in, in.nextString(key)));
                    }
                } else {
                    in.skip();
                }
            }
            in.expect(null, "what follows the index");
            if (fileOf.isEmpty()) {
                throw in.damaged("it has no weight_map");
            }
        }
        return new ShardIndex(fileOf);
    }

    /** A shard's path; an index has no business outside its directory. */
    private static Path beside(Path index, TensorFileJson in, String name) {
        if (!name.matches("[\\w.-]+\\.safetensors")) {
            throw in.damaged("'" + TensorFileJson.shorten(name) + "' is not the name of a safetensors file beside it");
        }
        return index.resolveSibling(name);
    }
}
