package dev.sirocco.tensor.io;

import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The files in a zip archive, large ones (zip64) too, as views of the archive: they must be stored without compression,
 * as {@code torch.save} does, and not overlap.
 *
 * @see <a href="https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT">the format, sections 4.3.7 to 4.3.16</a>
 */
record ZipDirectory(Map<String, MemorySegment> files) {

    private static final int END = 0x06054b50;
    private static final int END_BYTES = 22;
    private static final int END64_LOCATOR = 0x07064b50;
    private static final int END64_LOCATOR_BYTES = 20;
    private static final int END64 = 0x06064b50;
    private static final int ENTRY = 0x02014b50;
    private static final int ENTRY_BYTES = 46;
    private static final int LOCAL = 0x04034b50;
    private static final int MAX_COMMENT = 0xffff;
    private static final int ZIP64_FIELD = 1;
    private static final long IN_ZIP64 = 0xffff_ffffL;
    /** What an entry takes in memory besides its name. */
    private static final int ENTRY_MEMORY = 300;

    /** A file whose header and bytes are from {@code begin} (inclusive) to {@code end} (exclusive) of the archive. */
    private record Entry(String name, long begin, long end) {}

    /** Where the entries are listed. */
    private record Listing(long begin, long bytes, long count) {}

    static ZipDirectory parse(Path file, MemorySegment whole, Budget budget) {
        Cursor in = new Cursor(file, whole);
        Listing listing = listing(in, whole.byteSize());
        in.seek(listing.begin());
        if (listing.bytes() < 0 || listing.bytes() > in.left() || listing.count() < 0
                || listing.count() > listing.bytes() / ENTRY_BYTES) {
            throw in.damaged("the list of files in the archive is not where it should be");
        }
        Map<String, MemorySegment> files = new LinkedHashMap<>();
        List<Entry> entries = new ArrayList<>();
        for (long i = 0; i < listing.count(); i++) {
            Entry entry = next(in, listing.begin(), whole, files);
            budget.charge(ENTRY_MEMORY + entry.name().length());
            entries.add(entry);
        }
        requireDisjoint(in, entries);
        return new ZipDirectory(files);
    }

    private static Listing listing(Cursor in, long fileBytes) {
        for (long at = fileBytes - END_BYTES; at >= Math.max(0, fileBytes - END_BYTES - MAX_COMMENT); at--) {
            in.seek(at);
            if (in.i32() != END) {
                continue;
            }
            in.take(6);
            long count = in.u16();
            long bytes = in.u32();
            long begin = in.u32();
            if (in.u16() == in.left()) {
                Listing large = at < END64_LOCATOR_BYTES ? null : largeListing(in, at - END64_LOCATOR_BYTES);
                return large != null ? large : new Listing(begin, bytes, count);
            }
        }
        throw in.damaged("the archive is cut short: it has no list of files at its end");
    }

    /** Null if there is none. */
    private static Listing largeListing(Cursor in, long locatorAt) {
        in.seek(locatorAt);
        if (in.i32() != END64_LOCATOR) {
            return null;
        }
        in.take(4);
        in.seek(in.i64());
        if (in.i32() != END64) {
            throw in.damaged("the end of the archive's list of files is not where it should be");
        }
        in.take(28);
        long count = in.i64();
        long bytes = in.i64();
        return new Listing(in.i64(), bytes, count);
    }

    private static Entry next(Cursor in, long dataEnd, MemorySegment whole, Map<String, MemorySegment> files) {
        if (in.i32() != ENTRY) {
            throw in.damaged("the archive's list of files is broken");
        }
        in.take(4);
        int flags = in.u16();
        int method = in.u16();
        in.take(8);
        long stored = in.u32();
        long bytes = in.u32();
        int nameBytes = in.u16();
        int extraBytes = in.u16();
        int commentBytes = in.u16();
        in.take(8);
        long begin = in.u32();
        String name = in.name(nameBytes, MAX_COMMENT, "the name of a file in the archive");
        long extraEnd = in.at() + extraBytes;
        while (extraEnd - in.at() >= 4) {
            int field = in.u16();
            long fieldEnd = in.u16() + in.at();
            if (field == ZIP64_FIELD) {
                bytes = bytes == IN_ZIP64 ? in.i64() : bytes;
                stored = stored == IN_ZIP64 ? in.i64() : stored;
                begin = begin == IN_ZIP64 ? in.i64() : begin;
            }
            in.seek(fieldEnd);
        }
        in.seek(extraEnd);
        in.take(commentBytes);
        String who = "'" + TensorFileJson.shorten(name) + "' in the archive";
        if (method != 0 || stored != bytes || (flags & 1) != 0) {
            throw in.damaged(who + " is compressed or encrypted, which is not supported");
        }
        long data = dataAt(in, begin, nameBytes, name, who);
        if (bytes < 0 || bytes > dataEnd - data) {
            throw in.damaged(who + " does not end before the list of files");
        }
        if (files.put(name, whole.asSlice(data, bytes)) != null) {
            throw in.damaged(who + " is there twice");
        }
        return new Entry(name, begin, data + bytes);
    }

    /** Behind the header of its own that each file has; the cursor stays where it is. */
    private static long dataAt(Cursor in, long headerAt, int nameBytes, String name, String who) {
        Cursor local = in.fork();
        local.seek(headerAt);
        if (local.i32() != LOCAL) {
            throw in.damaged(who + " does not begin where the list of files says");
        }
        local.take(22);
        int localNameBytes = local.u16();
        int extraBytes = local.u16();
        if (localNameBytes != nameBytes || !local.name(nameBytes, MAX_COMMENT, who).equals(name)) {
            throw in.damaged(who + " has another name where it begins");
        }
        local.take(extraBytes);
        return local.at();
    }

    private static void requireDisjoint(Cursor in, List<Entry> entries) {
        entries.sort(Comparator.comparingLong(Entry::begin));
        for (int i = 1; i < entries.size(); i++) {
            if (entries.get(i).begin() < entries.get(i - 1).end()) {
                String name = TensorFileJson.shorten(entries.get(i).name());
                throw in.damaged("'" + name + "' in the archive overlaps another");
            }
        }
    }
}
