package dev.sirocco.apps.weights;

import dev.sirocco.tensor.io.CacheFolder;
import dev.sirocco.tensor.ir.UserError;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A model as people name it: {@code hf:ORG/NAME} or {@code hf:ORG/NAME@REV}.
 *
 * @param revision a branch, a tag or a commit; {@code main} if none is named
 */
record HubModel(String organisation, String name, String revision) {

    private static final String WORD = "[\\w-][\\w.-]*";
    private static final Pattern FORM = Pattern.compile("hf:(%1$s)/(%1$s)(?:@(%1$s(?:/%1$s)*))?".formatted(WORD));

    /** @throws UserError if it is none */
    static HubModel of(String text) {
        Matcher form = FORM.matcher(text);
        if (!form.matches()) {
            throw new UserError("'" + text + "' is no model: name it as hf:ORG/NAME, or hf:ORG/NAME@REVISION");
        }
        return new HubModel(form.group(1), form.group(2), form.group(3) == null ? "main" : form.group(3));
    }

    /** Where it lies, unless told otherwise: below {@code $XDG_CACHE_HOME/sirocco}, or {@code ~/.cache/sirocco}. */
    Path folder() {
        // A revision may have slashes, and never a tilde.
        return CacheFolder.of("models").resolve(Path.of(organisation, name, revision.replace('/', '~')));
    }

    @Override
    public String toString() {
        return "hf:" + organisation + "/" + name + (revision.equals("main") ? "" : "@" + revision);
    }
}
