package dev.sirocco.apps.imagine;

import dev.sirocco.models.train.Records;
import dev.sirocco.tensor.ir.UserError;
import dev.sirocco.vision.Picture;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a PNG keeps of how it was made, so that it can be made again.
 *
 * @param request told by this picture
 * @param origin see {@link Origin}
 */
record Metadata(Request request, Origin origin) {

    private static final String PREFIX = "sirocco.";
    private static final String ORIGIN = "sirocco.origin.";

    Map<String, String> texts() {
        Map<String, String> texts = new LinkedHashMap<>();
        texts.put("Description", request.prompt());
        texts.put("Software", "Sirocco");
        texts.putAll(Records.toTexts(PREFIX, request));
        texts.putAll(Records.toTexts(ORIGIN, origin));
        return texts;
    }

    /** @throws UserError if the file is no picture that {@code sirocco imagine} wrote */
    static Metadata read(Path file) {
        Map<String, String> request = new LinkedHashMap<>();
        Map<String, String> origin = new LinkedHashMap<>();
        Picture.texts(file).forEach((name, text) -> {
            if (name.startsWith(ORIGIN)) {
                origin.put(name.substring(ORIGIN.length()), text);
            } else if (name.startsWith(PREFIX)) {
                request.put(name.substring(PREFIX.length()), text);
            }
        });
        if (request.isEmpty()) {
            throw new UserError(file + " does not say how it was made: name a PNG that `sirocco imagine` wrote");
        }
        try {
            request.putIfAbsent("vae", "");                                     // older pictures do not say
            return new Metadata(Records.fromTexts(Request.class, request), Records.fromTexts(Origin.class, origin));
        } catch (UserError e) {
            throw new UserError(file + ": " + e.getMessage(), e);
        }
    }

    /** What is no longer what it was when the picture was made; if nothing is, it comes out the same to the bit. */
    List<String> changes(Origin now) {
        Map<String, String> then = Records.toTexts(origin);
        return Records.toTexts(now).entrySet().stream().filter(e -> !e.getValue().equals(then.get(e.getKey())))
                .map(Map.Entry::getKey).toList();
    }
}
