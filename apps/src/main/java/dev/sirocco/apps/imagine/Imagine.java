package dev.sirocco.apps.imagine;

import dev.sirocco.apps.DeviceOption;
import dev.sirocco.apps.Sirocco;
import dev.sirocco.apps.Terminal;
import dev.sirocco.tensor.ir.UserError;
import dev.sirocco.vision.Picture;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.ParentCommand;

/** {@code sirocco imagine}: pictures from words. */
@Command(name = "imagine", mixinStandardHelpOptions = true, sortOptions = false,
        description = "Makes pictures of what it is told.",
        subcommands = {ImagineTraining.class, ImagineEvaluation.class, Redrawing.class},
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

    /**
     * A request, and what is made of it.
     *
     * @param model its folder
     * @param prompt what the network is told, without the style's name
     * @param first of the request's pictures that are made, from 0
     */
    private record Order(Request request, Path model, String prompt, int first, List<Path> files) {

        static Order of(Request asked, int first, List<Path> files) {
            if (!asked.model().isEmpty()) {
                return new Order(asked, path(asked.model()), asked.prompt(), first, files);
            }
            Styles styles = Styles.bundled();
            String style = styles.choose(asked.style(), asked.prompt());
            return new Order(asked.withStyle(style), styles.folder(style), Styles.without(style, asked.prompt()), first,
                    files);
        }
    }

    @Override
    public Integer call() {
        Metadata older = options.again() == null ? null : Metadata.read(options.again());
        List<Order> orders = options.requests(older == null ? null : older.request()).stream().map(asked -> {
            int count = older == null ? asked.pictures() : 1;
            int first = older == null ? 0 : asked.number() - 1;
            return Order.of(asked, first, output.files(asked.prompt(), count, options.areMany()));
        }).toList();
        List<Path> files = orders.stream().flatMap(order -> order.files.stream()).toList();
        if (new HashSet<>(files).size() < files.size()) {
            throw new UserError("two prompts are so alike that their pictures would have the same name: change one");
        }
        Map<List<Path>, Painter> painters = new HashMap<>();
        List<Rendering> renderings = new ArrayList<>();                      // all are made before the first one runs
        List<Metadata> texts = new ArrayList<>();
        for (Order order : orders) {
            Request request = order.request;
            Path vae = request.vae().isEmpty() ? null : path(request.vae());
            Painter painter = painters.computeIfAbsent(Arrays.asList(order.model, vae),
                    _ -> Painter.load(order.model, vae));
            Original original = request.init().isEmpty() ? null
                    : Original.read(path(request.init()), request.mask().isEmpty() ? null : path(request.mask()));
            renderings.add(new Rendering(painter, request, order.prompt, original, device.executor()));
            Origin origin = Origin.of(Painter.weights(order.model, vae), device.id(), original);
            sayUnknown(painter, order.prompt + " " + request.not());
            if (older != null && request.equals(older.request())) {
                sayChanged(older.changes(origin));
            }
            IntStream.rangeClosed(order.first + 1, order.first + order.files.size())
                    .forEach(number -> texts.add(new Metadata(request.of(number), origin)));
        }
        List<Picture> pictures = new ArrayList<>();
        for (int i = 0; i < orders.size(); i++) {
            Order order = orders.get(i);
            pictures.addAll(render(renderings.get(i), order.first, order.files.size(),
                    older == null && order.request.leads()));
        }
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
        try (ProgressBar bar = new ProgressBar(terminal().err(), Terminal.isInteractive())) {
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
        if (output.isShown() && Terminal.isInteractive()) {
            Preview.of(System.getenv()).ifPresent(preview -> terminal().out().print(preview.of(Film.sheet(pictures))));
        }
        for (int i = 0; i < files.size(); i++) {
            Request request = texts.get(i).request();
            terminal().out().println(files.get(i) + (request.leads() ? "" : "  seed " + request.seed()));
        }
        terminal().flush();
    }
}
