package dev.sirocco.vision;

import dev.sirocco.models.data.Archive;
import dev.sirocco.tensor.ir.UserError;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;

/** Reads pictures whose captions are in their paths, or in text files beside them: {@code a.txt} for {@code a.png}. */
public final class Captioned {

    /**
     * For the tiles of Dungeon Crawl Stone Soup. Left out are overlays, which show a small piece of something at its
     * place on a figure or a map, and what belongs to the game's controls.
     */
    public static final CaptionRule CRAWL = new CaptionRule(
            Map.ofEntries(
                    Map.entry("rltiles", ""), Map.entry("mon", "monster"), Map.entry("UNUSED", ""),
                    Map.entry("unique", ""), Map.entry("vault", ""), Map.entry("sprint", ""), Map.entry("abyss", ""),
                    Map.entry("amorphous", ""), Map.entry("nonliving", ""), Map.entry("aberrations", ""),
                    Map.entry("humanoids", ""), Map.entry("demihumanoids", ""),
                    Map.entry("mutantbeast", "mutant beast"), Map.entry("panlord", "demon"),
                    Map.entry("draco", "draconian"), Map.entry("holy", ""), Map.entry("mon/player", ""),
                    Map.entry("mon/statues", "statue"), Map.entry("fungi_plants", "plant"),
                    Map.entry("item", ""), Map.entry("dngn", ""), Map.entry("vaults", ""),
                    Map.entry("item/misc", "item"), Map.entry("artefact", "magic"), Map.entry("randarts", "magic"),
                    Map.entry("parchment", "spell book"), Map.entry("uncollected_runes", "rune"),
                    Map.entry("ranged", ""), Map.entry("decor", ""), Map.entry("weapon", "weapon"),
                    Map.entry("armour", "armour"), Map.entry("amulet", "amulet"),
                    Map.entry("ring", "ring"), Map.entry("book", "book"), Map.entry("wall", "wall"),
                    Map.entry("floor", "floor"), Map.entry("undead", "undead"), Map.entry("elves", "elf"),
                    Map.entry("features", ""), Map.entry("gateways", "gate"),
                    Map.entry("effects", "effect"), Map.entry("misc", ""), Map.entry("other", ""),
                    Map.entry("spells", "spell"), Map.entry("gui/spells/monster", ""), Map.entry("gui/spells/misc", ""),
                    Map.entry("player", ""), Map.entry("player/base", "person"), Map.entry("transform", "form"),
                    Map.entry("felids", "cat")),
            Set.of("icons", "numbers", "commands", "startup", "tutorial", "backgrounds", "mutations", "invocations",
                    "skills", "abilities", "gui/UNUSED", "UNUSED/gui", "brands", "chunk_brands", "components", "sigils",
                    "halo", "ench", "kraken_segments", "kraken_ends", "kraken_corners", "kraken_zombie_segments",
                    "kraken_zombie_ends", "kraken_zombie_corners", "kraken_spectral_segments", "kraken_spectral_ends",
                    "kraken_spectral_corners", "kraken_simulacrum_segments", "kraken_simulacrum_ends",
                    "kraken_simulacrum_corners", "vine_segments", "vine_ends", "vine_corners", "starspawn_segments",
                    "starspawn_ends", "starspawn_corners", "eldritch_segments", "eldritch_ends", "eldritch_corners",
                    "eldritch_portal", "hand1", "hand2", "head", "hair", "beard", "body", "legs", "boots", "gloves",
                    "cloak", "drcwing", "player/mutations", "barding", "worn"),
            Set.of("new", "old", "unused", "mon", "dngn", "tile", "urand", "nw", "ne", "sw", "se", "tl", "tr", "bl",
                    "br", "lft", "rgt", "alt", "deprecated", "spwpn", "bord"));

    private static final int BLACK = 0x000000;

    private Captioned() {}

    /** Reads the tiles of Dungeon Crawl Stone Soup, on black: they are drawn for dark floors. */
    public static CaptionedPictures readCrawl(Path source) {
        CaptionedPictures tiles = read(source, CRAWL);
        return new CaptionedPictures(tiles.pictures().stream().map(tile -> tile.over(BLACK)).toList(),
                tiles.captions());
    }

    /**
     * Reads all pictures of a folder or archive. The text beside a picture is its caption if there is one; otherwise
     * its path makes it. A picture without either is left out.
     *
     * @param source a folder, zip or tar.gz
     * @throws UserError if the source cannot be read, a picture is damaged, or none has a caption
     */
    public static CaptionedPictures read(Path source, CaptionRule rule) {
        SortedMap<String, byte[]> files = Archive.read(source, path -> Picture.isPicture(path)
                || path.endsWith(".txt"));
        List<Picture> pictures = new ArrayList<>();
        List<String> captions = new ArrayList<>();
        files.forEach((path, bytes) -> {
            if (Picture.isPicture(path)) {
                caption(files, path, rule).ifPresent(caption -> {
                    pictures.add(Picture.decode(bytes, source + "/" + path));
                    captions.add(caption);
                });
            }
        });
        if (pictures.isEmpty()) {
            throw new UserError(source + " has no pictures whose names, or texts beside them, say what they show");
        }
        return new CaptionedPictures(pictures, captions);
    }

    private static Optional<String> caption(Map<String, byte[]> files, String path, CaptionRule rule) {
        byte[] text = files.get(path.substring(0, path.lastIndexOf('.')) + ".txt");
        String caption = text == null ? "" : new String(text, StandardCharsets.UTF_8).strip().replaceAll("\\s+", " ");
        return caption.isEmpty() ? rule.caption(path) : Optional.of(caption);
    }
}
