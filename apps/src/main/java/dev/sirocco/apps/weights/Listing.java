package dev.sirocco.apps.weights;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.sirocco.tensor.ir.UserError;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The files of a model at one commit, all checked: names that stay in the model's folder, sizes, hashes.
 *
 * @param commit empty if the hub did not say
 */
record Listing(Optional<String> commit, List<HubFile> files) {

    /** Where it is kept, in the model's folder. */
    static final String FILE = ".sirocco-listing.json";

    private static final ObjectMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY)
            .build();
    private static final int LONGEST_NAME = 1000;
    private static final Pattern STRANGE = Pattern.compile("[\\\\:\\p{Cc}\\p{Cf}]");

    /**
     * Reads what the hub answers to {@code /api/models/ORG/NAME/revision/REV?blobs=true}.
     *
     * @param source of the JSON, for messages
     * @throws UserError if it is anything else, or a file of it cannot be taken
     */
    static Listing parse(byte[] json, String source) {
        JsonNode root;
        try {
            root = JSON.readTree(json);
        } catch (IOException e) {
            throw new UserError(source + " is not a list of a model's files, since it is not JSON: is it a hub?", e);
        }
        if (root == null || !root.path("siblings").isArray()) {
            throw new UserError(source + " is not a list of a model's files: is it a hub?");
        }
        Set<String> names = new HashSet<>();
        List<HubFile> files = new ArrayList<>();
        for (JsonNode entry : root.path("siblings")) {
            HubFile file = file(entry, source);
            if (!names.add(file.name())) {
                throw new UserError(source + " lists '" + file.name() + "' twice");
            }
            files.add(file);
        }
        String commit = root.path("sha").asText();
        return new Listing(Optional.of(commit).filter(HubFile.Hash.GIT_BLOB::fits), files);
    }

    private static HubFile file(JsonNode entry, String source) {
        String name = entry.path("rfilename").asText();
        if (!isSafe(name)) {
            throw new UserError(source + " lists a file of the name '" + STRANGE.matcher(name).replaceAll("?")
                    + "', which could lead elsewhere: nothing of it is taken");
        }
        JsonNode large = entry.path("lfs");
        JsonNode size = (large.isObject() ? large : entry).path("size");
        HubFile.Hash kind = large.isObject() ? HubFile.Hash.SHA_256 : HubFile.Hash.GIT_BLOB;
        String hash = (large.isObject() ? large.path("sha256") : entry.path("blobId")).asText();
        if (!size.canConvertToLong() || !size.isIntegralNumber() || size.asLong() < 0 || !kind.fits(hash)) {
            throw new UserError(source + " lists '" + name + "' without its size and hash: it could not be checked");
        }
        return new HubFile(name, size.asLong(), kind, hash);
    }

    /** Whether a name stays below the folder it is resolved in, on any system. */
    private static boolean isSafe(String name) {
        return !name.isEmpty() && name.length() <= LONGEST_NAME && !STRANGE.matcher(name).find() && !name.equals(FILE)
                && Arrays.stream(name.split("/", -1)).noneMatch(part -> part.matches("|\\.\\.?"));
    }

    /**
     * The files that match one of the patterns, in which {@code *} is any letters, {@code /} among them, and {@code ?}
     * any one; all of them if there is no pattern.
     *
     * @throws UserError if nothing matches
     */
    List<HubFile> only(List<String> patterns) {
        List<Pattern> wanted = patterns.stream().map(Listing::pattern).toList();
        List<HubFile> matching = files.stream().filter(
                f -> wanted.isEmpty() || wanted.stream().anyMatch(p -> p.matcher(f.name()).matches())).toList();
        if (matching.isEmpty()) {
            throw new UserError("none of its " + files.size() + " files matches " + String.join(", ", patterns)
                    + "; there are " + files.stream().map(HubFile::name).limit(20).collect(Collectors.joining(", ")));
        }
        return matching;
    }

    private static Pattern pattern(String wildcards) {
        return Pattern.compile(wildcards.codePoints().mapToObj(c -> switch (c) {
            case '*' -> ".*";
            case '?' -> ".";
            default -> Pattern.quote(Character.toString(c));
        }).collect(Collectors.joining()));
    }
}
