package dev.sirocco.vision;

import java.util.List;

/** A contact sheet: many pictures in one. */
public final class Sheet {

    private static final int GROUND = 0xFFFFFF;

    private Sheet() {}

    /**
     * Puts pictures side by side in rows, on white. Smaller ones are in the middle of a cell of the largest width and
     * height.
     *
     * @param pictures at least one
     * @param columns  in a row, at least 1
     * @param gap      pixels between cells and around them
     */
    public static Picture of(List<Picture> pictures, int columns, int gap) {
        if (pictures.isEmpty() || columns < 1 || gap < 0) {
            throw new IllegalArgumentException(pictures.size() + " pictures in " + columns + " columns, gap " + gap);
        }
        int cellWidth = pictures.stream().mapToInt(Picture::width).max().orElseThrow();
        int cellHeight = pictures.stream().mapToInt(Picture::height).max().orElseThrow();
        int used = Math.min(columns, pictures.size());
        int rows = Math.ceilDiv(pictures.size(), used);
        Picture sheet = Picture.filled(gap + used * (cellWidth + gap), gap + rows * (cellHeight + gap), GROUND);
        for (int i = 0; i < pictures.size(); i++) {
            Picture cell = pictures.get(i).over(GROUND).rgb().padded(cellWidth, cellHeight, GROUND);
            int left = gap + i % used * (cellWidth + gap);
            int top = gap + i / used * (cellHeight + gap);
            for (int y = 0; y < cellHeight; y++) {
                System.arraycopy(cell.pixels(), 3 * y * cellWidth, sheet.pixels(),
                        3 * ((top + y) * sheet.width() + left), 3 * cellWidth);
            }
        }
        return sheet;
    }
}
