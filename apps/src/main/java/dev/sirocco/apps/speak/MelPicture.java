package dev.sirocco.apps.speak;

import dev.sirocco.text.pronunciation.SpeechSymbols;
import dev.sirocco.vision.Picture;
import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.nio.file.Path;
import java.util.List;
import java.util.SequencedMap;

/** Mel spectrograms, low bands below: one and where each symbol lies along it, or several to be compared. */
final class MelPicture {

    private static final int PIXELS_A_FRAME = 6;
    private static final int PIXELS_A_BAND = 3;
    private static final int MARGIN = 22;
    /** What is darkest and brightest, as natural logarithms of magnitudes. */
    private static final double QUIET = -9;
    private static final double LOUD = 1;

    private MelPicture() {}

    static void draw(Speaker.Spoken spoken, int[] symbols, Path file) {
        BufferedImage image = spectrogram(spoken.frames());
        Graphics2D g = pen(image, 10);
        int bottom = image.getHeight() - MARGIN;
        int frame = 0;
        for (int t = 0; t < symbols.length; t++) {
            int x = frame * PIXELS_A_FRAME;
            g.setColor(new Color(255, 255, 255, 90));
            g.drawLine(x, 0, x, bottom);
            g.setColor(Color.BLACK);
            g.drawString(SpeechSymbols.name(symbols[t]), x + 1, bottom + (t % 2 == 0 ? 10 : 20));
            frame += spoken.durations()[t];
        }
        g.dispose();
        picture(image).write(file);
    }

    /** Logarithms of spectrograms (T, bands) one above the other, each over its name. */
    static void compare(SequencedMap<String, float[][]> spectrograms, Path file) {
        List<BufferedImage> rows = spectrograms.values().stream().map(MelPicture::spectrogram).toList();
        int width = rows.stream().mapToInt(BufferedImage::getWidth).max().orElseThrow();
        int height = rows.getFirst().getHeight();
        BufferedImage image = new BufferedImage(width, rows.size() * height, BufferedImage.TYPE_INT_RGB);
        Graphics2D g = pen(image, 14);
        g.setColor(Color.WHITE);
        g.fillRect(0, 0, width, image.getHeight());
        g.setColor(Color.BLACK);
        int y = 0;
        for (String name : spectrograms.keySet()) {
            g.drawImage(rows.get(y / height), 0, y, null);
            y += height;
            g.drawString(name, 2, y - 6);
        }
        g.dispose();
        picture(image).write(file);
    }

    private static Graphics2D pen(BufferedImage image, int size) {
        Graphics2D g = image.createGraphics();
        g.setRenderingHint(RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
        g.setFont(new Font(Font.SANS_SERIF, Font.PLAIN, size));
        return g;
    }

    private static BufferedImage spectrogram(float[][] frames) {
        int bands = frames[0].length;
        BufferedImage image = new BufferedImage(frames.length * PIXELS_A_FRAME, bands * PIXELS_A_BAND + MARGIN,
                BufferedImage.TYPE_INT_RGB);
        for (int x = 0; x < image.getWidth(); x++) {
            for (int y = 0; y < image.getHeight(); y++) {
                int band = bands - 1 - y / PIXELS_A_BAND;
                image.setRGB(x, y, band < 0 ? 0xFFFFFF : colour(frames[x / PIXELS_A_FRAME][band]));
            }
        }
        return image;
    }

    /** From black over violet and orange to light yellow. */
    private static int colour(double logarithm) {
        double level = Math.clamp((logarithm - QUIET) / (LOUD - QUIET), 0, 1);
        int red = (int) (255 * Math.min(1, 1.6 * level));
        int green = (int) (255 * Math.pow(level, 2));
        int blue = (int) (255 * (0.5 * Math.sin(Math.PI * Math.min(1, 1.4 * level)) + 0.5 * Math.pow(level, 6)));
        return red << 16 | green << 8 | blue;
    }

    private static Picture picture(BufferedImage image) {
        byte[] pixels = new byte[3 * image.getWidth() * image.getHeight()];
        int i = 0;
        for (int rgb : image.getRGB(0, 0, image.getWidth(), image.getHeight(), null, 0, image.getWidth())) {
            pixels[i++] = (byte) (rgb >> 16);
            pixels[i++] = (byte) (rgb >> 8);
            pixels[i++] = (byte) rgb;
        }
        return new Picture(image.getWidth(), image.getHeight(), 3, pixels);
    }
}
