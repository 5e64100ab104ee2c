package dev.sirocco.apps.imagine;

import dev.sirocco.vision.Picture;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;

/** How a terminal shows pictures among its text. */
enum Preview {

    /** The graphics protocol of kitty, which others have too: PNG in pieces. */
    KITTY {
        @Override
        String of(Picture picture) {
            String data = base64(picture);
            StringBuilder text = new StringBuilder();
            for (int at = 0; at < data.length(); at += PIECE) {
                boolean isLast = at + PIECE >= data.length();
                text.append("\33_G").append(at == 0 ? "a=T,f=100,q=2," : "").append(isLast ? "m=0;" : "m=1;")
                        .append(data, at, Math.min(data.length(), at + PIECE)).append("\33\\");
            }
            return text.append("\n").toString();
        }
    },
    /** iTerm2's inline images. */
    ITERM {
        @Override
        String of(Picture picture) {
            return "\33]1337;File=inline=1:" + base64(picture) + "\7\n";
        }
    },
    /** Half blocks: two pixels in the place of a letter, the upper one in its colour, the lower one behind it. */
    BLOCKS {
        @Override
        String of(Picture picture) {
            Picture shown = picture.rgb();
            if (shown.width() > COLUMNS) {
                shown = shown.resized(COLUMNS, Math.max(1, shown.height() * COLUMNS / shown.width()));
            }
            StringBuilder text = new StringBuilder();
            for (int y = 0; y < shown.height(); y += 2) {
                for (int x = 0; x < shown.width(); x++) {
                    text.append(y + 1 < shown.height() ? "\33[48;2;" + colour(shown, x, y + 1) + "m" : "\33[49m")
                            .append("\33[38;2;").append(colour(shown, x, y)).append("m▀");
                }
                text.append("\33[0m\n");
            }
            return text.toString();
        }
    };

    /** So many letters fit into a line everywhere. */
    private static final int COLUMNS = 80;
    /** The most of kitty's protocol in one go. */
    private static final int PIECE = 4096;
    /** Smaller pictures are hard to see where a pixel is one of the screen's. */
    private static final int LEAST_SIDE = 256;

    /** A picture as text, whole lines. */
    abstract String of(Picture picture);

    /** What the terminal with this environment can show, if anything. Within a multiplexer that is text only. */
    static Optional<Preview> of(Map<String, String> environment) {
        String term = environment.getOrDefault("TERM", "");
        String program = environment.getOrDefault("TERM_PROGRAM", "");
        boolean isDirect = !environment.containsKey("TMUX") && !term.startsWith("screen") && !term.startsWith("tmux");
        if (isDirect && (environment.containsKey("KITTY_WINDOW_ID") || term.equals("xterm-kitty")
                || term.equals("xterm-ghostty") || program.equals("ghostty"))) {
            return Optional.of(KITTY);
        }
        if (isDirect && (program.equals("iTerm.app") || program.equals("WezTerm")
                || environment.getOrDefault("LC_TERMINAL", "").equals("iTerm2"))) {
            return Optional.of(ITERM);
        }
        String colours = environment.getOrDefault("COLORTERM", "");
        return colours.equals("truecolor") || colours.equals("24bit") ? Optional.of(BLOCKS) : Optional.empty();
    }

    private static String base64(Picture picture) {
        int factor = Math.ceilDiv(LEAST_SIDE, Math.max(picture.width(), picture.height()));
        return Base64.getEncoder().encodeToString(picture.scaled(factor * picture.width(), factor * picture.height())
                .png());
    }

    private static String colour(Picture rgb, int x, int y) {
        int at = 3 * (y * rgb.width() + x);
        byte[] pixels = rgb.pixels();
        return (pixels[at] & 0xFF) + ";" + (pixels[at + 1] & 0xFF) + ";" + (pixels[at + 2] & 0xFF);
    }
}
