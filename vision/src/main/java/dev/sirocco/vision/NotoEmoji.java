package dev.sirocco.vision;

import dev.sirocco.models.data.DataPackage;
import dev.sirocco.tensor.ir.UserError;
import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Reads the colour bitmaps of an emoji font, named by CLDR's annotations. Of the font (OpenType 1.9.1) it takes: the
 * bitmaps, which are PNGs, from CBDT by CBLC's index; characters to glyphs from cmap; and sequences of characters that
 * are one emoji (flags, families, skin tones) from the ligatures in GSUB.
 */
public final class NotoEmoji {

    private static final int VARIATION_SELECTOR = 0xFE0F;
    private static final int MOST_FONT_BYTES = 256 << 20;

    private static final int MOST_GLYPHS = 0xFFFF;

    private final ByteBuffer font;
    private final String name;
    private final Map<Integer, Integer> glyphs = new HashMap<>();
    private final Map<List<Integer>, Integer> ligatures = new HashMap<>();
    private final Map<Integer, byte[]> bitmaps = new HashMap<>();

    private NotoEmoji(byte[] font, String name) {
        this.font = ByteBuffer.wrap(font);
        this.name = name;
        try {
            readCharacters(table("cmap"));
            readLigatures(table("GSUB"));
            readBitmaps(table("CBLC"), table("CBDT"));
        } catch (IndexOutOfBoundsException | BufferUnderflowException | IllegalArgumentException e) {
            throw new UserError(name + " is damaged, its tables point outside of it: get it again", e);
        }
    }

    /** The emoji of the data set {@link DataPackage#NOTO_EMOJI}; see {@link #read}. */
    public static CaptionedPictures readFolder(Path folder, boolean isWithTones) {
        return read(folder.resolve("NotoColorEmoji.ttf"),
                List.of(folder.resolve("annotations/en.xml"), folder.resolve("annotationsDerived/en.xml")),
                isWithTones);
    }

    /**
     * Reads the font's emoji that have a name.
     *
     * @param font        a TrueType file with the tables CBDT and CBLC
     * @param annotations CLDR's annotations, {@code annotations/en.xml} and {@code annotationsDerived/en.xml}
     * @param isWithTones whether those that are others in one of five skin tones are wanted too
     * @return captions of the name and CLDR's keywords
     * @throws UserError if a file is missing or damaged, or the font has no colour bitmaps
     */
    public static CaptionedPictures read(Path font, List<Path> annotations, boolean isWithTones) {
        NotoEmoji emoji = new NotoEmoji(bytes(font), font.toString());
        Map<String, String> captions = new LinkedHashMap<>();
        annotations.forEach(file -> captions.putAll(CldrAnnotations.captions(file)));
        List<Picture> pictures = new ArrayList<>();
        List<String> found = new ArrayList<>();
        captions.forEach((characters, caption) -> {
            if (isWithTones || !SkinTone.isIn(characters)) {
                emoji.bitmap(characters).ifPresent(png -> {
                    pictures.add(Picture.decode(png, font + ", the picture of " + characters));
                    found.add(caption);
                });
            }
        });
        if (pictures.isEmpty()) {
            throw new UserError(font + " has no pictures of what the annotations name: is it an emoji font?");
        }
        return new CaptionedPictures(pictures, found);
    }

    private static byte[] bytes(Path file) {
        try {
            if (Files.size(file) > MOST_FONT_BYTES) {
                throw new UserError(file + " is far too large for a font");
            }
            return Files.readAllBytes(file);
        } catch (NoSuchFileException e) {
            throw new UserError(file + ": no such file", e);
        } catch (IOException e) {
            throw new UserError(file + " cannot be read (" + e.getMessage() + "): check the file and its permissions",
                    e);
        }
    }

    /** The PNG of what may be several characters. */
    private Optional<byte[]> bitmap(String characters) {
        List<Integer> sequence = characters.codePoints().filter(c -> c != VARIATION_SELECTOR).mapToObj(glyphs::get)
                .toList();
        if (sequence.contains(null)) {
            return Optional.empty();
        }
        Integer glyph = sequence.size() == 1 ? sequence.getFirst() : ligatures.get(sequence);
        return Optional.ofNullable(bitmaps.get(glyph));
    }

    // ---- tables -----------------------------------------------------------------------------------------------------

    /** Where a table begins, by the font's table directory. */
    private int table(String tag) {
        for (int i = 0; i < u16(4); i++) {
            int record = 12 + 16 * i;
            byte[] found = new byte[4];
            font.get(record, found);
            if (new String(found, StandardCharsets.ISO_8859_1).equals(tag)) {
                return offset(0, u32(record + 8));
            }
        }
        throw new UserError(name + " is not a font with colour bitmaps, it has no table " + tag);
    }

    /** cmap: the subtables of format 4, 16-bit characters in segments, and 12, groups of any characters. */
    private void readCharacters(int cmap) {
        for (int i = 0; i < u16(cmap + 2); i++) {
            int subtable = offset(cmap, u32(cmap + 4 + 8 * i + 4));
            switch (u16(subtable)) {
                case 4 -> readSegments(subtable);
                case 12 -> readGroups(subtable);
                default -> { }                       // 14 is of variation selectors, others are old
            }
        }
    }

    private void readGroups(int subtable) {
        for (int i = 0; i < u32(subtable + 12); i++) {
            int group = subtable + 16 + 12 * i;
            int first = u32(group);
            int last = Math.min(u32(group + 4), first + MOST_GLYPHS);
            for (int c = first; c <= last; c++) {
                glyphs.put(c, u32(group + 8) + c - first);
            }
        }
    }

    private void readSegments(int subtable) {
        int twice = u16(subtable + 6);
        for (int i = 0; i < twice; i += 2) {
            int last = u16(subtable + 14 + i);
            int first = u16(subtable + 16 + twice + i);
            int delta = u16(subtable + 16 + 2 * twice + i);
            int at = subtable + 16 + 3 * twice + i;
            for (int c = first; c <= last && c < 0xFFFF; c++) {
                int glyph = u16(at) == 0 ? c : u16(at + u16(at) + 2 * (c - first));
                if (glyph != 0) {
                    glyphs.putIfAbsent(c, glyph + delta & 0xFFFF);
                }
            }
        }
    }

    /** GSUB: the ligatures (lookup type 4) of all lookups, also by way of an extension (type 7). */
    private void readLigatures(int gsub) {
        int lookups = gsub + u16(gsub + 8);
        for (int i = 0; i < u16(lookups); i++) {
            int lookup = lookups + u16(lookups + 2 + 2 * i);
            for (int j = 0; j < u16(lookup + 4); j++) {
                int type = u16(lookup);
                int subtable = lookup + u16(lookup + 6 + 2 * j);
                if (type == 7) {
                    type = u16(subtable + 2);
                    subtable = offset(subtable, u32(subtable + 4));
                }
                if (type == 4) {
                    readLigatureSets(subtable);
                }
            }
        }
    }

    private void readLigatureSets(int subtable) {
        List<Integer> firsts = coverage(subtable + u16(subtable + 2));
        for (int i = 0; i < u16(subtable + 4); i++) {
            int set = subtable + u16(subtable + 6 + 2 * i);
            for (int j = 0; j < u16(set); j++) {
                int ligature = set + u16(set + 2 + 2 * j);
                List<Integer> sequence = new ArrayList<>(List.of(firsts.get(i)));
                for (int k = 1; k < u16(ligature + 2); k++) {
                    sequence.add(u16(ligature + 2 + 2 * k));
                }
                ligatures.putIfAbsent(sequence, u16(ligature));
            }
        }
    }

    /** A coverage table: a list of glyphs (format 1), or ranges of them (format 2). */
    private List<Integer> coverage(int table) {
        List<Integer> covered = new ArrayList<>();
        boolean isList = u16(table) == 1;
        for (int i = 0; i < u16(table + 2); i++) {
            int at = table + 4 + (isList ? 2 : 6) * i;
            for (int glyph = u16(at); glyph <= u16(isList ? at : at + 2); glyph++) {
                covered.add(glyph);
            }
        }
        return covered;
    }

    /**
     * CBLC: the strikes, the last of which that has a glyph counts; each has a list of index subtables for ranges of
     * glyphs.
     */
    private void readBitmaps(int cblc, int cbdt) {
        for (int i = 0; i < u32(cblc + 4); i++) {
            int strike = cblc + 8 + 48 * i;
            int list = offset(cblc, u32(strike));
            for (int j = 0; j < u32(strike + 8); j++) {
                int entry = list + 8 * j;
                readIndex(offset(list, u32(entry + 4)), u16(entry), u16(entry + 2), cbdt);
            }
        }
    }

    /** An index subtable: where the bitmaps of glyphs lie in CBDT. */
    private void readIndex(int index, int first, int last, int cbdt) {
        int imageFormat = u16(index + 2);
        int images = offset(cbdt, u32(index + 4));
        int count = last - first + 1;
        switch (u16(index)) {
            case 1 -> {
                for (int i = 0; i < count; i++) {
                    addBitmap(first + i, imageFormat, images, u32(index + 8 + 4 * i), u32(index + 12 + 4 * i));
                }
            }
            case 2 -> {
                int size = u32(index + 8);
                for (int i = 0; i < count; i++) {
                    addBitmap(first + i, imageFormat, images, i * size, (i + 1) * size);
                }
            }
            case 3 -> {
                for (int i = 0; i < count; i++) {
                    addBitmap(first + i, imageFormat, images, u16(index + 8 + 2 * i), u16(index + 10 + 2 * i));
                }
            }
            case 4 -> {
                for (int i = 0; i < u32(index + 8); i++) {
                    int pair = index + 12 + 4 * i;
                    addBitmap(u16(pair), imageFormat, images, u16(pair + 2), u16(pair + 6));
                }
            }
            case 5 -> {
                int size = u32(index + 8);
                for (int i = 0; i < u32(index + 20); i++) {
                    addBitmap(u16(index + 24 + 2 * i), imageFormat, images, i * size, (i + 1) * size);
                }
            }
            default -> throw new UserError(name + " has an index of bitmaps in format " + u16(index)
                    + ", which OpenType does not know");
        }
    }

    /** CBDT: small metrics (format 17), big ones (18) or none (19), the length, the PNG. */
    private void addBitmap(int glyph, int format, int images, int begin, int end) {
        int metrics = switch (format) {
            case 17 -> 5;
            case 18 -> 8;
            case 19 -> 0;
            default -> throw new UserError(name + " has bitmaps in format " + format + ", which are no PNGs");
        };
        if (begin == end) {
            return;                                  // a glyph of the range without a bitmap
        }
        int at = offset(images, begin) + metrics;
        byte[] png = new byte[Math.min(u32(at), font.capacity())];
        font.get(at + 4, png);
        bitmaps.put(glyph, png);
    }

    private int u16(int at) {
        return Short.toUnsignedInt(font.getShort(at));
    }

    /** A number that has 32 bits in the file and must be below 2³¹. */
    private int u32(int at) {
        int value = font.getInt(at);
        if (value < 0) {
            throw new IllegalArgumentException("a number of " + Integer.toUnsignedString(value));
        }
        return value;
    }

    private static int offset(int base, int offset) {
        if (base > Integer.MAX_VALUE - offset) {
            throw new IllegalArgumentException("an offset of " + offset);
        }
        return base + offset;
    }
}
