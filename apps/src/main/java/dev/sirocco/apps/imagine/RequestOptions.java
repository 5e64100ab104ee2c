package dev.sirocco.apps.imagine;

import dev.sirocco.models.train.Records;
import dev.sirocco.tensor.ir.UserError;
import dev.sirocco.text.Corpus;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** What is said about the pictures that are wanted, on the command line and by an older picture. */
final class RequestOptions {

    /** From a picture much of it remains; what is masked is all new. */
    private static final double STRENGTH = 0.6;
    private static final int BETWEEN = 8;

    @Parameters(arity = "0..1", paramLabel = "PROMPT", description = "What the pictures are to show.")
    private String prompt;

    @Option(names = "--prompts", paramLabel = "FILE", description = "A prompt in each line, in place of PROMPT.")
    private Path prompts;

    @Option(names = "-n", paramLabel = "N",
            description = "Pictures of a prompt (default 1); the first has the seed, the next the one after.")
    private Integer pictures;

    @Option(names = "--size", paramLabel = "S",
            description = "Height and width of the finished picture in pixels (default: as the model makes it).")
    private Integer size;

    @Option(names = "--steps", paramLabel = "N", description = "Steps from noise to picture (default 20).")
    private Integer steps;

    @Option(names = "--cfg", paramLabel = "X", description = "How closely to follow the prompt: 1 loosely (default 4).")
    private Double guidance;

    @Option(names = "--not", paramLabel = "TEXT", description = "What the pictures are not to show.")
    private String not;

    @Option(names = "--solver", paramLabel = "NAME", description = "dpm (default), ddim, euler, heun or ddpm.")
    private String solver;

    @Option(names = "--seed", paramLabel = "S", description = "Equal seeds make equal pictures (default: a new one).")
    private Long seed;

    @Option(names = "--to", paramLabel = "SEED",
            description = "Lead from the one seed to this one, in -n pictures (default 8).")
    private Long to;

    @Option(names = "--init", paramLabel = "IMG", description = "A picture to begin from.")
    private String init;

    @Option(names = "--strength", paramLabel = "X",
            description = "How much to change it, up to 1 (default 0.6, and 1 inside a mask).")
    private Double strength;

    @Option(names = "--mask", paramLabel = "IMG",
            description = "Make anew only where this picture, as large as that of --init, is white.")
    private String mask;

    @Option(names = "--style", paramLabel = "NAME",
            description = "Which of the models that came with Sirocco; the prompt may name it too.")
    private String style;

    @Option(names = "--model", paramLabel = "DIR",
            description = "A folder that `" + Painter.COMMAND + "` wrote, or a published DiT.")
    private String model;

    @Option(names = "--vae", paramLabel = "DIR",
            description = "A published DiT's autoencoder, if it has none beside it; a TAESD is quicker.")
    private String vae;

    @Option(names = "--class", paramLabel = "N", description = "The number of a class, in place of PROMPT.")
    private Integer number;

    @Option(names = "--again", paramLabel = "FILE",
            description = "Make a PNG that this command wrote again, to the bit; or with what else is given changed.")
    private Path again;

    /** The older picture, null for none. */
    Path again() {
        return again;
    }

    /** Whether there may be several prompts. */
    boolean areMany() {
        return prompts != null;
    }

    /**
     * One for each prompt.
     *
     * @param older told by an older picture, null for none
     * @throws UserError if what is said does not go together
     */
    List<Request> requests(Request older) {
        if (number != null && (prompt != null || prompts != null)) {
            throw new UserError("--class says what the picture is to show: leave out the prompt");
        }
        if (prompts == null) {
            return List.of(request(older, number == null ? prompt : number.toString()));
        }
        if (prompt != null || older != null) {
            throw new UserError("--prompts FILE names all prompts: leave out %s".formatted(prompt != null ? "the other"
                    : "--again"));
        }
        List<String> lines = Corpus.read(prompts).text().lines().map(String::strip).filter(line -> !line.isEmpty())
                .distinct().toList();
        if (lines.isEmpty()) {
            throw new UserError(prompts + " has no line with a prompt");
        }
        Request first = request(null, lines.getFirst());
        return lines.stream().map(line -> Records.with(first, Map.of("prompt", line))).toList();
    }

    private Request request(Request older, String words) {
        Request base = older == null ? Request.start(ThreadLocalRandom.current().nextInt(Integer.MAX_VALUE)) : older;
        if (older != null && pictures != null) {
            throw new UserError("--again makes one picture again: leave out -n");
        }
        Map<String, Object> given = new LinkedHashMap<>();
        given.put("prompt", words);
        given.put("not", not);
        given.put("style", style != null || model == null ? style : "");
        given.put("model", model != null || style == null ? model : "");
        given.put("vae", vae);
        given.put("pictures", pictures == null && to != null && older == null ? Integer.valueOf(BETWEEN) : pictures);
        given.put("seed", seed);
        given.put("to", to != null || base.leads() ? to : seed);
        given.put("steps", steps);
        given.put("guidance", guidance);
        given.put("solver", solver);
        given.put("init", init);
        given.put("strength", strength == null && init != null && base.init().isEmpty()
                ? Double.valueOf(mask == null ? STRENGTH : 1) : strength);
        given.put("mask", mask);
        given.put("size", size);
        Map<String, String> texts = new LinkedHashMap<>();
        given.forEach((name, value) -> {
            if (value != null) {
                texts.put(name, value.toString());
            }
        });
        Request request = Records.with(base, texts);
        request.check();
        return request;
    }
}
