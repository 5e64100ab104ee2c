package dev.sirocco.text.subword;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sirocco.tensor.ir.UserError;
import dev.sirocco.text.TextTokenizer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * {@code tokenizer.json} of Hugging Face's {@code tokenizers}: a model and, in front of it, steps that change and cut
 * the text. What is not known here is refused, since it would give other ids.
 */
final class TokenizerJson {

    private static final String SPACE = Character.toString(SentencePieceBpe.SPACE);

    private final Path file;
    private final FolderSettings settings;
    /** Without the model. */
    private final ObjectNode root = JsonNodeFactory.instance.objectNode();
    /** Without its vocabulary and merges, which are large; null if there is none. */
    private ObjectNode model;
    /** Null if there is no vocabulary. */
    private Map<String, Integer> ids;
    private final MergeTable merges = new MergeTable();
    /** Merges that stand in front of the vocabulary are read when the rest has been. */
    private boolean isMergesFirst;

    TokenizerJson(Path file, FolderSettings settings) {
        this.file = file;
        this.settings = settings;
        ModelFile.fields(file, (name, value) -> {
            if (name.equals("model") && value.currentToken() == JsonToken.START_OBJECT) {
                readModel(value);
            } else {
                root.set(name, value.readValueAsTree());
            }
        });
        if (isMergesFirst && ids != null) {
            ModelFile.fields(file, (name, value) -> {
                if (name.equals("model")) {
                    ModelFile.fields(value, this::readMergesAlone);
                } else {
                    value.skipChildren();
                }
            });
        }
    }

    private void readModel(JsonParser object) throws IOException {
        model = JsonNodeFactory.instance.objectNode();
        ModelFile.fields(object, (name, value) -> {
            if (name.equals("vocab") && value.currentToken() == JsonToken.START_OBJECT) {
                ids = new HashMap<>();
                ModelFile.fields(value, (text, id) -> putId(file, ids, text, id));
            } else if (name.equals("merges") && value.currentToken() == JsonToken.START_ARRAY) {
                isMergesFirst = ids == null;
                if (isMergesFirst) {
                    value.skipChildren();
                } else {
                    readMerges(value);
                }
            } else {
                model.set(name, value.readValueAsTree());
            }
        });
    }

    private void readMergesAlone(String name, JsonParser value) throws IOException {
        if (name.equals("merges")) {
            readMerges(value);
        } else {
            value.skipChildren();
        }
    }

    private void readMerges(JsonParser array) throws IOException {
        while (array.nextToken() != JsonToken.END_ARRAY) {
            Vocabulary.addMerge(file, merges, ids, rule(array.readValueAsTree()));
        }
    }

    TextTokenizer tokenizer() {
        if (model == null) {
            throw Vocabulary.wrong(file, "it has no model");
        }
        String type = model.path("type").asText("BPE");
        List<JsonNode> cuts = parts(root.path("pre_tokenizer"), "pretokenizers");
        return switch (type) {
            case "WordPiece" -> wordPiece(cuts);
            case "BPE" -> !cuts.isEmpty() && is(cuts.getLast(), "ByteLevel") ? byteLevel(cuts) : sentencePiece(cuts);
            default -> throw unknown("model", model);
        };
    }

    // ---- vocabulary and merges ----------------------------------------------------------------------------------

    /** The ids of a vocabulary that is all of the file. */
    static Map<String, Integer> ids(Path file) {
        Map<String, Integer> ids = new HashMap<>();
        ModelFile.fields(file, (text, id) -> putId(file, ids, text, id));
        return ids;
    }

    private static void putId(Path file, Map<String, Integer> ids, String text, JsonParser id) throws IOException {
        if (ids.size() == Vocabulary.MOST) {
            throw Vocabulary.wrong(file, "more than %,d tokens are far too many".formatted(Vocabulary.MOST));
        }
        if (id.currentToken() != JsonToken.VALUE_NUMBER_INT || id.getNumberType() != JsonParser.NumberType.INT) {
            id.skipChildren();                                               // which may not be valid JSON
            throw Vocabulary.wrong(file, "the id of \"" + Vocabulary.brief(text) + "\" is no whole number");
        }
        ids.put(text, id.getIntValue());
    }

    private Vocabulary vocabulary() {
        List<Vocabulary.Added> added = new ArrayList<>();
        for (JsonNode token : root.path("added_tokens")) {
            boolean isSpecial = token.path("special").asBoolean();
            if (!token.path("content").isTextual() || !token.path("id").isInt()) {
                throw Vocabulary.wrong(file, "its added_tokens are not as they should be");
            }
            if (!isSpecial && (token.path("lstrip").asBoolean() || token.path("rstrip").asBoolean()
                    || token.path("single_word").asBoolean())) {
                throw unknown("added token", token);
            }
            added.add(new Vocabulary.Added(token.path("content").textValue(), token.path("id").intValue(), isSpecial));
        }
        if (ids == null) {
            throw Vocabulary.wrong(file, "its vocabulary is not as it should be");
        }
        return Vocabulary.of(file, ids, added);
    }

    /** A pair of texts, or one text with a space in it. */
    private String[] rule(JsonNode rule) {
        if (rule.isTextual()) {
            return MergesFile.rule(file, rule.textValue());
        }
        if (rule.size() == 2 && rule.path(0).isTextual() && rule.path(1).isTextual()) {
            return new String[] {rule.path(0).textValue(), rule.path(1).textValue()};
        }
        throw Vocabulary.wrong(file, "merge %d is not two tokens".formatted(merges.size()));
    }

    private void requirePlainBpe() {
        if (model.hasNonNull("merges")) {
            throw Vocabulary.wrong(file, "its merges are not as they should be");
        }
        for (String affix : List.of("continuing_subword_prefix", "end_of_word_suffix")) {
            if (!model.path(affix).asText("").isEmpty() && !model.path(affix).isNull()) {
                throw Vocabulary.wrong(file, affix + " is not known here");
            }
        }
    }

    // ---- the kinds ----------------------------------------------------------------------------------------------

    private TextTokenizer byteLevel(List<JsonNode> cuts) {
        requirePlainBpe();
        boolean isNfc = false;
        for (JsonNode change : parts(root.path("normalizer"), "normalizers")) {
            if (!is(change, "NFC")) {
                throw unknown("normalizer", change);
            }
            isNfc = true;
        }
        JsonNode bytes = cuts.getLast();
        boolean isGpt2 = bytes.path("use_regex").asBoolean(true);
        if (bytes.path("add_prefix_space").asBoolean(true) || cuts.size() != (isGpt2 ? 1 : 2)) {
            throw unknown("pre_tokenizer", root.path("pre_tokenizer"));
        }
        Vocabulary vocabulary = vocabulary();
        String end = "<|endoftext|>";
        return new ByteLevelBpe(vocabulary, merges,
                new ByteLevelBpe.Settings(isGpt2 ? WordPattern.GPT2 : pattern(cuts.getFirst()), isNfc,
                        model.path("ignore_merges").asBoolean()),
                settings.special(vocabulary, begin(end), hasBegin(), end));
    }

    private WordPattern pattern(JsonNode split) {
        if (!is(split, "Split") || !"Isolated".equals(split.path("behavior").asText())
                || split.path("invert").asBoolean()) {
            throw unknown("pre_tokenizer", split);
        }
        return WordPattern.ofExpression(split.path("pattern").path("Regex").asText())
                .orElseThrow(() -> unknown("pre_tokenizer", split));
    }

    private TextTokenizer sentencePiece(List<JsonNode> cuts) {
        requirePlainBpe();
        if (!model.path("byte_fallback").asBoolean() || model.path("ignore_merges").asBoolean()) {
            throw Vocabulary.wrong(file, "its model is neither byte-level nor falls back to bytes as SentencePiece's");
        }
        boolean hasSpaceInFront = false;
        for (JsonNode change : parts(root.path("normalizer"), "normalizers")) {
            if (is(change, "Prepend") && SPACE.equals(change.path("prepend").asText())) {
                hasSpaceInFront = true;
            } else if (!is(change, "Replace") || !" ".equals(change.path("pattern").path("String").asText())
                    || !SPACE.equals(change.path("content").asText())) {
                throw unknown("normalizer", change);
            }
        }
        for (JsonNode cut : cuts) {
            boolean isMetaspace = is(cut, "Metaspace") && SPACE.equals(cut.path("replacement").asText())
                    && !cut.path("split").asBoolean(true);
            // A space is no space any more when this is looked for.
            boolean isNothing = is(cut, "Split") && " ".equals(cut.path("pattern").path("String").asText());
            if (!isMetaspace && !isNothing) {
                throw unknown("pre_tokenizer", cut);
            }
            hasSpaceInFront |= isMetaspace && !"never".equals(cut.path("prepend_scheme").asText("always"));
        }
        Vocabulary vocabulary = vocabulary().withBytes();
        String unknown = model.path("unk_token").textValue();
        return new SentencePieceBpe(vocabulary, merges, hasSpaceInFront,
                unknown == null ? -1 : vocabulary.require(unknown),
                settings.special(vocabulary, begin("<s>"), hasBegin(), "</s>"));
    }

    private TextTokenizer wordPiece(List<JsonNode> cuts) {
        JsonNode normalizer = root.path("normalizer");
        if (!is(normalizer, "BertNormalizer")) {
            throw unknown("normalizer", normalizer);
        }
        if (cuts.size() != 1 || !is(cuts.getFirst(), "BertPreTokenizer")) {
            throw unknown("pre_tokenizer", root.path("pre_tokenizer"));
        }
        if (!"##".equals(model.path("continuing_subword_prefix").asText("##"))
                || !"[UNK]".equals(model.path("unk_token").asText("[UNK]"))
                || model.path("max_input_chars_per_word").asInt(100) != 100) {
            throw Vocabulary.wrong(file, "its WordPiece is not as BERT's");
        }
        boolean isLowerCase = normalizer.path("lowercase").asBoolean(true);
        return new WordPiece(vocabulary(), new WordPiece.Settings(normalizer.path("clean_text").asBoolean(true),
                normalizer.path("handle_chinese_chars").asBoolean(true),
                normalizer.path("strip_accents").asBoolean(isLowerCase), isLowerCase));
    }

    // ---- the token in front -------------------------------------------------------------------------------------

    private JsonNode firstOfTemplate() {
        for (JsonNode step : parts(root.path("post_processor"), "processors")) {
            if (is(step, "TemplateProcessing")) {
                return step.path("single").path(0).path("SpecialToken").path("id");
            }
        }
        return root.path("post_processor").path("none");
    }

    private boolean hasBegin() {
        return firstOfTemplate().isTextual();
    }

    private String begin(String otherwise) {
        return firstOfTemplate().asText(otherwise);
    }

    // ---- steps --------------------------------------------------------------------------------------------------

    /** A step, or those of a sequence; none for null. */
    private static List<JsonNode> parts(JsonNode step, String sequence) {
        List<JsonNode> parts = new ArrayList<>();
        if (is(step, "Sequence")) {
            step.path(sequence).forEach(part -> parts.addAll(parts(part, sequence)));
        } else if (step.isObject()) {
            parts.add(step);
        }
        return parts;
    }

    private static boolean is(JsonNode step, String type) {
        return type.equals(step.path("type").textValue());
    }

    private UserError unknown(String what, JsonNode node) {
        return Vocabulary.wrong(file, "its %s %s is not known here".formatted(what, Vocabulary.brief(node.toString())));
    }
}
