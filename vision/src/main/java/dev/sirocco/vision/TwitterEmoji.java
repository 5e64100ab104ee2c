package dev.sirocco.vision;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sirocco.models.data.Archive;
import dev.sirocco.tensor.ir.UserError;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Reads npm's package {@code emoji-datasource-twitter}: pictures of 64 × 64 in {@code img/twitter/64}, and
 * {@code emoji.json}, a list of objects with name, short names, picture and the same in skin tones.
 */
public final class TwitterEmoji {

    private static final String PICTURES = "img/twitter/64/";

    private TwitterEmoji() {}

    /**
     * Reads the emoji that have a picture.
     *
     * @param source      the package's folder, or the tar.gz that npm has of it
     * @param isWithTones whether those that are others in one of five skin tones are wanted too
     * @return captions of the name and the short names
     * @throws UserError if the source cannot be read, or is not that package
     */
    public static CaptionedPictures read(Path source, boolean isWithTones) {
        SortedMap<String, byte[]> files = Archive.read(source, path ->
                path.endsWith("/emoji.json") || path.equals("emoji.json") || path.contains(PICTURES));
        Map<String, byte[]> pictures = new HashMap<>();
        byte[] json = null;
        for (Map.Entry<String, byte[]> file : files.entrySet()) {
            if (file.getKey().endsWith("emoji.json")) {
                json = file.getValue();
            } else {
                pictures.put(file.getKey().substring(file.getKey().lastIndexOf('/') + 1), file.getValue());
            }
        }
        if (json == null) {
            throw new UserError(source + " has no emoji.json: name the folder or the tgz of emoji-datasource-twitter");
        }
        List<Picture> found = new ArrayList<>();
        List<String> captions = new ArrayList<>();
        for (JsonNode emoji : parse(json, source)) {
            String caption = caption(emoji);
            Stream<JsonNode> variations = isWithTones ? emoji.path("skin_variations").valueStream() : Stream.empty();
            Stream.concat(Stream.of(emoji), variations).forEach(variation -> {
                String image = variation.path("image").asText();
                byte[] png = pictures.get(image);
                if (png != null) {
                    found.add(Picture.decode(png, source + "/" + PICTURES + image));
                    captions.add(withTones(caption, variation == emoji ? "" : variation.path("unified").asText()));
                }
            });
        }
        if (found.isEmpty()) {
            throw new UserError(source + " has none of the pictures that its emoji.json lists in " + PICTURES);
        }
        return new CaptionedPictures(found, captions);
    }

    private static JsonNode parse(byte[] json, Path source) {
        try {
            return new ObjectMapper().readTree(json);
        } catch (JsonProcessingException e) {
            throw new UserError(source + "/emoji.json is damaged (" + e.getOriginalMessage() + "): get it again", e);
        } catch (IOException e) {
            throw new UserError(source + "/emoji.json cannot be read: " + e.getMessage(), e);
        }
    }

    private static String caption(JsonNode emoji) {
        List<String> shortNames = emoji.path("short_names").valueStream().map(n -> n.asText().replaceAll("[-_]", " "))
                .toList();
        String name = emoji.path("name").asText("");
        return CldrAnnotations.caption(name.isEmpty() ? emoji.path("short_name").asText().replaceAll("[-_]", " ")
                : name, shortNames);
    }

    /**
     * Puts the skin tones into the name.
     *
     * @param unified the characters in hexadecimal, with - between
     */
    private static String withTones(String caption, String unified) {
        String tones = Stream.of(unified.split("-")).filter(c -> !c.isEmpty())
                .map(c -> SkinTone.of(Integer.parseInt(c, 16)))
                .filter(t -> t != null).map(SkinTone::toString).distinct().collect(Collectors.joining(" and "));
        String name = CaptionedPictures.name(caption);
        return tones.isEmpty() ? caption : name + " " + tones + caption.substring(name.length());
    }
}
