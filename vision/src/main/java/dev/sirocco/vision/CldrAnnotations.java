package dev.sirocco.vision;

import dev.sirocco.tensor.ir.UserError;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;

/**
 * Names and keywords of characters in Unicode's CLDR (Unicode Technical Standard 35, part 2, "Annotations"): an element
 * {@code <annotation cp="🐉" type="tts">dragon</annotation>} has the name, one without the type the keywords, with
 * {@code " | "} between.
 */
final class CldrAnnotations {

    private CldrAnnotations() {}

    /**
     * For each sequence of characters that has a name: the name, then the keywords that it does not have itself.
     *
     * @throws UserError if the file is missing or is no such XML
     */
    static Map<String, String> captions(Path file) {
        Map<String, String> names = new LinkedHashMap<>();
        Map<String, String> keywords = new LinkedHashMap<>();
        try (InputStream in = Files.newInputStream(file)) {
            XMLInputFactory factory = XMLInputFactory.newDefaultFactory();
            // The file names a DTD, which is not needed, and is not to be fetched from anywhere.
            factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
            XMLStreamReader xml = factory.createXMLStreamReader(in);
            while (xml.hasNext()) {
                if (xml.next() == XMLStreamConstants.START_ELEMENT && xml.getLocalName().equals("annotation")) {
                    Map<String, String> into = "tts".equals(xml.getAttributeValue(null, "type")) ? names : keywords;
                    into.put(String.valueOf(xml.getAttributeValue(null, "cp")), xml.getElementText());
                }
            }
        } catch (NoSuchFileException e) {
            throw new UserError(file + ": no such file", e);
        } catch (IOException e) {
            throw new UserError(file + " cannot be read (" + e.getMessage() + "): check the file and its permissions",
                    e);
        } catch (XMLStreamException e) {
            throw new UserError(file + " is damaged, it is not XML from line " + e.getLocation().getLineNumber()
                    + " on: get it again", e);
        }
        names.replaceAll((characters, name) ->
                caption(name, List.of(keywords.getOrDefault(characters, "").split("\\|"))));
        return names;
    }

    /** A caption of a name, and of keywords that do not say the same again. */
    static String caption(String name, List<String> keywords) {
        List<String> parts = new ArrayList<>(List.of(plain(name)));
        for (String keyword : keywords) {
            String word = plain(keyword);
            if (!word.isEmpty() && parts.stream().noneMatch(p -> (" " + p + " ").contains(" " + word + " "))) {
                parts.add(word);
            }
        }
        return String.join(", ", parts);
    }

    /** In lower case, without the marks that only order a name: "flag: Egypt" is "flag egypt". */
    private static String plain(String name) {
        return name.toLowerCase(Locale.ROOT).replace("&", "and").replace('’', '\'').replaceAll("[\\s:,;_“”()|]+", " ")
                .strip();
    }
}
