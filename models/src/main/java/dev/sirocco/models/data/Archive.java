package dev.sirocco.models.data;

import dev.sirocco.tensor.ir.UserError;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;

/** The files of a folder, of a zip or of a tar.gz, in memory. */
public final class Archive {

    private static final int MOST_FILE_BYTES = 64 << 20;
    private static final long MOST_BYTES = 2L << 30;
    private static final int GZIP_MAGIC = 0x1F8B;

    private final Path source;
    private final Predicate<String> wanted;
    private final SortedMap<String, byte[]> files = new TreeMap<>();
    private long bytes;

    private Archive(Path source, Predicate<String> wanted) {
        this.source = source;
        this.wanted = wanted;
    }

    /**
     * Reads what is wanted.
     *
     * @param source a folder, with all folders in it, or an archive; the content tells which kind
     * @param wanted by path within, with {@code /} between folders
     * @return the contents by path, in the order of the paths, so that it is the same everywhere
     * @throws UserError if it is missing, damaged, no archive, or too large: 64 MB a file and 2 GB together are the
     *     most
     */
    public static SortedMap<String, byte[]> read(Path source, Predicate<String> wanted) {
        Archive archive = new Archive(source, wanted);
        try {
            if (Files.isDirectory(source)) {
                archive.readFolder();
            } else if (isGzip(source)) {
                archive.readTarGz();
            } else {
                archive.readZip();
            }
        } catch (NoSuchFileException e) {
            throw new UserError(source + ": no such file or folder", e);
        } catch (IOException | IllegalArgumentException e) {
            throw new UserError(source + " cannot be read as a folder, a zip or a tar.gz ("
                    + (e.getMessage() == null ? "it ends early" : e.getMessage())
                    + "): it may be damaged, get it again", e);
        }
        return archive.files;
    }

    private void readFolder() throws IOException {
        try (Stream<Path> paths = Files.walk(source)) {
            for (Path file : (Iterable<Path>) paths.filter(Files::isRegularFile)::iterator) {
                String path = source.relativize(file).toString().replace('\\', '/');
                if (wanted.test(path)) {
                    try (InputStream in = Files.newInputStream(file)) {
                        add(path, in);
                    }
                }
            }
        }
    }

    private void readZip() throws IOException {
        try (ZipFile zip = new ZipFile(source.toFile())) {
            for (ZipEntry entry : Collections.list(zip.entries())) {
                if (!entry.isDirectory() && wanted.test(entry.getName())) {
                    try (InputStream in = zip.getInputStream(entry)) {
                        add(entry.getName(), in);
                    }
                }
            }
        }
    }

    private void readTarGz() throws IOException {
        try (InputStream raw = new BufferedInputStream(Files.newInputStream(source));
             TarArchiveInputStream tar = new TarArchiveInputStream(new BufferedInputStream(new GZIPInputStream(raw)))) {
            for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
                if (entry.isFile() && wanted.test(entry.getName())) {
                    add(entry.getName(), tar);
                }
            }
        }
    }

    private void add(String path, InputStream in) throws IOException {
        byte[] content = in.readNBytes(MOST_FILE_BYTES + 1);
        bytes += content.length;
        if (content.length > MOST_FILE_BYTES || bytes > MOST_BYTES) {
            throw new UserError(source + " is too large at " + path + ": at most " + (MOST_FILE_BYTES >> 20)
                    + " MB a file and " + (MOST_BYTES >> 30) + " GB together are read");
        }
        files.put(path, content);
    }

    private static boolean isGzip(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            return (in.read() << 8 | in.read()) == GZIP_MAGIC;
        }
    }
}
