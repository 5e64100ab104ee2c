package dev.sirocco.apps.weights;

import dev.sirocco.apps.Sirocco;
import dev.sirocco.tensor.io.AtomicFile;
import dev.sirocco.tensor.ir.UserError;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code sirocco pull}: gets published models. */
@Command(name = "pull", mixinStandardHelpOptions = true, sortOptions = false,
        description = "Gets a published model from a hub into a cache folder, checks it, and says where it is. What is "
                + "there and right is not fetched again, and what was cut off goes on where it was.",
        footer = "For models that not everybody may have, set HF_TOKEN to a token of yours.")
public final class Pull implements Callable<Integer> {

    @ParentCommand
    private Sirocco parent;

    @Parameters(paramLabel = "hf:ORG/NAME[@REV]",
            description = "The model, and which branch, tag or commit of it (default: main).")
    private String name;

    @Option(names = "--only", paramLabel = "PATTERN",
            description = "Only files whose names match, such as '*.safetensors'; may be given several times.")
    private List<String> patterns = List.of();

    @Option(names = "--host", paramLabel = "URL", defaultValue = "${env:HF_ENDPOINT:-https://huggingface.co}",
            description = "The hub (default: HF_ENDPOINT, or https://huggingface.co).")
    private URI host;

    @Option(names = "--offline",
            description = "Asks nobody: checks what is here of an earlier pull and says where.")
    private boolean isOffline;

    @Option(names = {"-o", "--output"}, paramLabel = "DIR",
            description = "Where to (default: $XDG_CACHE_HOME/sirocco/models/ORG/NAME/REV, or in ~/.cache).")
    private Path output;

    private HubModel model;
    private Path folder;
    private ByteProgress progress;

    @Override
    public Integer call() {
        model = HubModel.of(name);
        progress = new ByteProgress(parent.terminal().err());
        try {
            folder = output == null ? model.folder() : output;
            if (isOffline) {
                find();
            } else {
                pull();
            }
        } catch (BrokenConnection e) {
            throw new UserError(e.getMessage() + "; later the same command goes on where this one ended", e);
        } catch (IOException | InvalidPathException e) {
            throw new UserError("cannot read or write in %s (%s: %s): check that it is writable and the disk not full"
                    .formatted(folder, e.getClass().getSimpleName(), e.getMessage()), e);
        } finally {
            progress.close();
        }
        return 0;
    }

    // ---- with a hub -----------------------------------------------------------------------------------------------

    private void pull() throws IOException {
        try (Web web = new Web(host, token(), Patience.USUAL)) {
            Hub hub = new Hub(host, web, this::say);
            byte[] json = hub.listing(model);
            Listing listing = Listing.parse(json, hub.toString());
            List<HubFile> wanted = listing.only(patterns);
            say("%s%s: %d of %d files, %s".formatted(model, listing.commit().map(c -> ", commit " + c).orElse(""),
                    wanted.size(), listing.files().size(), size(wanted)));
            Files.createDirectories(folder);
            AtomicFile.write(folder.resolve(Listing.FILE), json);
            List<Download> downloads = missing(wanted).stream().map(
                    file -> new Download(web, hub.address(model, listing.commit(), file), file,
                            folder.resolve(file.name()), progress, this::say)).toList();
            requireSpace(downloads);
            for (Download download : downloads) {
                download.run();
                say(download.file().name() + ": " + new ByteCount(download.file().size()) + ", " + progress.speed());
            }
            say(model + " is in " + folder);
        }
    }

    private static Optional<String> token() {
        return Optional.ofNullable(System.getenv("HF_TOKEN")).map(String::strip).filter(token -> !token.isEmpty());
    }

    private void requireSpace(List<Download> downloads) throws IOException {
        double needed = 0;
        for (Download download : downloads) {
            needed += download.left();
        }
        long free = Files.getFileStore(folder).getUsableSpace();
        if (free > 0 && needed > free) {                             // 0 may also mean that it is not known
            throw new UserError("%s are missing, and %s has room for %s: make room, or name another folder with -o"
                    .formatted(new ByteCount(needed), folder, new ByteCount(free)));
        }
    }

    // ---- without --------------------------------------------------------------------------------------------------

    private void find() throws IOException {
        Path kept = folder.resolve(Listing.FILE);
        if (!Files.isRegularFile(kept)) {
            throw new UserError("%s is not in %s: get it without --offline".formatted(model, folder));
        }
        List<HubFile> wanted = Listing.parse(Files.readAllBytes(kept), kept.toString()).only(patterns);
        List<HubFile> missing = missing(wanted);
        if (!missing.isEmpty()) {
            throw new UserError("%s is not whole in %s: %d of %d files are missing or wrong (%s); get them without "
                    .formatted(model, folder, missing.size(), wanted.size(),
                            missing.stream().map(HubFile::name).limit(5).collect(Collectors.joining(", ")))
                    + "--offline, or say with --only which you need");
        }
        say(folder.toString());
    }

    // ---- both -----------------------------------------------------------------------------------------------------

    /** The files that are not here, or not as listed. */
    private List<HubFile> missing(List<HubFile> wanted) throws IOException {
        List<HubFile> missing = new ArrayList<>();
        for (HubFile file : wanted) {
            progress.begin("checking " + file.name(), 0, file.size());
            if (!file.isAt(folder.resolve(file.name()), progress::at)) {
                missing.add(file);
            } else if (!isOffline) {
                say(file.name() + " is there");
            }
        }
        return missing;
    }

    private static ByteCount size(List<HubFile> files) {
        return new ByteCount(files.stream().mapToDouble(HubFile::size).sum());
    }

    private void say(String line) {
        progress.close();
        parent.terminal().out().println(line);
        parent.terminal().flush();
    }
}
