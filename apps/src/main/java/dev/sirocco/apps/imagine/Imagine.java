package dev.sirocco.apps.imagine;

import dev.sirocco.apps.DeviceOption;
import dev.sirocco.apps.Sirocco;
import dev.sirocco.apps.Terminal;
import dev.sirocco.tensor.ir.UserError;
import dev.sirocco.vision.Picture;
import java.io.Console;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.ParentCommand;

/** {@code sirocco imagine}: pictures from words. */
@Command(name = "imagine", mixinStandardHelpOptions = true, sortOptions = false,
        description = "Makes pictures of what it is told.",
        subcommands = {ImagineTraining.class, ImagineEvaluation.class},
        footer = "A prompt that is the name of a subcommand comes after --: sirocco imagine -- train")
public final class Imagine implements Callable<Integer> {

    @ParentCommand
    private Sirocco parent;

    @Mixin
    private RequestOptions options;

    @Mixin
    private OutputOptions output;

    @Mixin
    private DeviceOption device;

    Terminal terminal() {
        return parent.terminal();
    }

    @Override
    public Integer call() {
        Metadata older = options.again() == null ? null : Metadata.read(options.again());
        Request asked = options.request(older == null ? null : older.request());
        int first = older == null ? 0 : asked.number() - 1;
        int count = older == null ? asked.pictures() : 1;
        List<Path> files = output.files(asked.prompt(), count);

        boolean isBundled = asked.model().isEmpty();
        Request request = isBundled ? asked.withStyle(Styles.bundled().choose(asked.style(), asked.prompt())) : asked;
        Path model = isBundled ? Styles.bundled().folder(request.style()) : path(request.model());
        String prompt = isBundled ? Styles.without(request.style(), request.prompt()) : request.prompt();
        Original original = request.init().isEmpty() ? null
                : Original.read(path(request.init()), request.mask().isEmpty() ? null : path(request.mask()));

        Painter painter = Painter.load(model);
        Rendering rendering = new Rendering(painter, request, prompt, original, device.executor());
        Origin origin = Origin.of(model, device.id(), original);
        sayUnknown(painter, prompt + " " + request.not());
        if (older != null && request.equals(older.request())) {
            sayChanged(older.changes(origin));
        }
        List<Picture> pictures = render(rendering, first, count, older == null && request.leads());
        List<Metadata> texts = IntStream.rangeClosed(first + 1, first + count)
                .mapToObj(number -> new Metadata(request.of(number), origin)).toList();
        output.write(files, pictures, texts);
        show(files, pictures, texts);
        return 0;
    }

    private static Path path(String name) {
        try {
            return Path.of(name);
        } catch (InvalidPathException e) {
            throw new UserError("'%s' is no name of a file: %s".formatted(name, e.getReason()), e);
        }
    }

    /** @param isWay whether the pictures are themselves what a film shows */
    private List<Picture> render(Rendering rendering, int first, int count, boolean isWay) {
        Film film = new Film();
        List<Picture> pictures;
        try (ProgressBar bar = new ProgressBar(terminal().err(), isTerminal())) {
            pictures = rendering.pictures(first, count, output.isFilmed() && !isWay ? film : null, bar::show);
        }
        if (output.isFilmed()) {
            if (isWay) {
                pictures.forEach(picture -> film.add(List.of(picture)));
            }
            output.write(film);
        }
        return pictures;
    }

    // ---- what is said -----------------------------------------------------------------------------------------

    private void sayUnknown(Painter painter, String words) {
        List<String> unknown = painter.unknown(words);
        if (!unknown.isEmpty()) {
            terminal().err().printf("sirocco: %s %s not in the captions that this model learned from%n",
                    unknown.stream().map("'%s'"::formatted).collect(Collectors.joining(", ")),
                    unknown.size() == 1 ? "was" : "were");
        }
    }

    private void sayChanged(List<String> changes) {
        if (!changes.isEmpty()) {
            terminal().err().printf("sirocco: %s changed since %s was made, so the picture may differ%n",
                    String.join(" and ", changes), options.again());
        }
    }

    private void show(List<Path> files, List<Picture> pictures, List<Metadata> texts) {
        if (output.isShown() && isTerminal()) {
            Preview.of(System.getenv()).ifPresent(preview -> terminal().out().print(preview.of(Film.sheet(pictures))));
        }
        for (int i = 0; i < files.size(); i++) {
            Request request = texts.get(i).request();
            terminal().out().println(files.get(i) + (request.leads() ? "" : "  seed " + request.seed()));
        }
        terminal().flush();
    }

    private static boolean isTerminal() {
        Console console = System.console();
        return console != null && console.isTerminal();
    }
}
