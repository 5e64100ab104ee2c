package dev.sirocco.apps.imagine;

import dev.sirocco.tensor.ir.UserError;
import dev.sirocco.vision.Picture;
import java.nio.file.Path;

/**
 * A picture to begin from, of any size.
 *
 * @param picture grey or coloured; what was transparent is white
 * @param mask of the same size, grey: white where the picture is to be made anew, black where it is to be kept; null
 *     for all new
 */
record Original(Picture picture, Picture mask) {

    private static final int BLACK = 0;

    /**
     * @param mask null for none
     * @throws UserError if a file is no picture, or the mask does not fit or asks for nothing
     */
    static Original read(Path init, Path mask) {
        Picture picture = Picture.read(init);
        Picture opaque = picture.channels() == 1 ? picture : picture.rgb();
        if (mask == null) {
            return new Original(opaque, null);
        }
        Picture grey = Picture.read(mask).grey();
        if (grey.width() != picture.width() || grey.height() != picture.height()) {
            throw new UserError("the mask %s is %d × %d pixels and %s is %d × %d: they must be of one size"
                    .formatted(mask, grey.width(), grey.height(), init, picture.width(), picture.height()));
        }
        boolean isBlack = true;
        for (byte value : grey.pixels()) {
            isBlack &= value == 0;
        }
        if (isBlack) {
            throw new UserError(mask + " is black all over: let it be white where the picture is to be made anew");
        }
        return new Original(opaque, grey);
    }

    /** The mask as samplers take it, (size, size); each number the mean of what it covers. */
    float[] grid(int size) {
        int side = Math.max(mask.width(), mask.height());
        Picture fitted = mask.padded(side, side, BLACK).resized(size, size);
        float[] grid = new float[size * size];
        for (int i = 0; i < grid.length; i++) {
            grid[i] = (fitted.pixels()[i] & 0xFF) / 255f;
        }
        return grid;
    }

    /** With a mask the original, of its own size, with the new picture inside the mask; without one the new picture. */
    Picture with(Picture made) {
        if (mask == null) {
            return made;
        }
        int width = picture.width();
        int height = picture.height();
        int side = Math.max(width, height);
        boolean isGrey = picture.channels() == 1 && made.channels() == 1;
        Picture kept = isGrey ? picture : picture.rgb();
        Picture inside = made.scaled(side, side).cropped((side - width) / 2, (side - height) / 2, width, height);
        byte[] fresh = (isGrey ? inside : inside.rgb()).pixels();
        byte[] mixed = kept.pixels().clone();
        int channels = kept.channels();
        for (int i = 0; i < mixed.length; i++) {
            int share = mask.pixels()[i / channels] & 0xFF;
            mixed[i] = (byte) (((fresh[i] & 0xFF) * share + (mixed[i] & 0xFF) * (255 - share) + 127) / 255);
        }
        return new Picture(width, height, channels, mixed);
    }
}
