package dev.sirocco.vision;

import java.util.List;

/**
 * The form in which a network takes pictures: squares.
 *
 * @param channels 1 or 3; transparent parts become white
 * @param size height and width
 * @param isStretched whether a picture that is no square is stretched to one; otherwise it lies in the middle of a
 *     white one
 */
public record PictureForm(int channels, int size, boolean isStretched) {

    private static final int WHITE = 0xFFFFFF;
    private static final int LARGEST = 64;

    /** For pictures that are not stretched. */
    public PictureForm(int channels, int size) {
        this(channels, size, false);
    }

    /** For a set of pictures: grey if all are, and as large as they are, up to 64. */
    public static PictureForm of(List<Picture> pictures) {
        boolean isGrey = pictures.stream().allMatch(p -> p.channels() == 1);
        int largest = pictures.stream().mapToInt(p -> Math.max(p.width(), p.height())).max().orElseThrow();
        return new PictureForm(isGrey ? 1 : 3, Math.min(largest, LARGEST));
    }

    public PictureForm withSize(int other) {
        return new PictureForm(channels, other, isStretched);
    }

    /** The whole picture. */
    public Picture fit(Picture picture) {
        Picture coloured = channels == 1 ? picture.grey() : picture.rgb();
        if (isStretched) {
            return coloured.resized(size, size);
        }
        int side = Math.max(picture.width(), picture.height());
        return coloured.padded(side, side, WHITE).resized(size, size);
    }

    public List<Picture> fit(List<Picture> pictures) {
        return pictures.stream().map(this::fit).toList();
    }
}
