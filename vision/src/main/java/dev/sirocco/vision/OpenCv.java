package dev.sirocco.vision;

import dev.sirocco.tensor.ir.UserError;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.global.opencv_imgcodecs;
import org.bytedeco.opencv.global.opencv_imgproc;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_core.MatVector;
import org.bytedeco.opencv.opencv_core.Scalar;
import org.bytedeco.opencv.opencv_core.Size;

/** What OpenCV does for pictures. Its matrices live only as long as a call. */
final class OpenCv {

    private static final int JPEG_QUALITY = 95;
    /** Above 100 is lossless. */
    private static final int WEBP_QUALITY = 101;

    /** Why OpenCV is not there; null if it is. */
    private static final UserError MISSING = load();

    private OpenCv() {}

    private static UserError load() {
        try {
            // One thread a call: the cores belong to the tensor core's workers.
            opencv_core.setNumThreads(1);
            return null;
        } catch (LinkageError e) {
            return new UserError("OpenCV's native library cannot be loaded on " + System.getProperty("os.name") + " "
                    + System.getProperty("os.arch") + " (" + e.getMessage() + "): build on this machine, and let "
                    + "~/.javacpp be writable", e);
        }
    }

    private static void require() {
        if (MISSING != null) {
            throw new UserError(MISSING.getMessage(), MISSING);
        }
    }

    // ---- pictures and matrices --------------------------------------------------------------------------------------

    /** The channels are in the picture's order, where OpenCV's own is blue, green, red. */
    static Mat mat(Picture picture) {
        require();
        Mat mat = new Mat(picture.height(), picture.width(), opencv_core.CV_8UC(picture.channels()));
        mat.data().put(picture.pixels());
        return mat;
    }

    /** @param mat of 8 bits, with the channels in the picture's order */
    static Picture picture(Mat mat) {
        byte[] pixels = new byte[mat.rows() * mat.cols() * mat.channels()];
        (mat.isContinuous() ? mat : mat.clone()).data().get(pixels);
        return new Picture(mat.cols(), mat.rows(), mat.channels(), pixels);
    }

    /** Exchanges red and blue. */
    private static Mat swapped(Mat mat) {
        Mat swapped = new Mat();
        switch (mat.channels()) {
            case 3 -> opencv_imgproc.cvtColor(mat, swapped, opencv_imgproc.COLOR_BGR2RGB);
            case 4 -> opencv_imgproc.cvtColor(mat, swapped, opencv_imgproc.COLOR_BGRA2RGBA);
            default -> { return mat; }
        }
        return swapped;
    }

    // ---- files ------------------------------------------------------------------------------------------------------

    /**
     * @param isUpright whether to follow the EXIF orientation, which goes without alpha only
     * @return null if it cannot be decoded
     */
    static Picture decode(byte[] file, boolean isUpright) {
        require();
        try (PointerScope _ = new PointerScope()) {
            Mat mat = opencv_imgcodecs.imdecode(new Mat(new BytePointer(file)),
                    isUpright ? opencv_imgcodecs.IMREAD_ANYCOLOR : opencv_imgcodecs.IMREAD_UNCHANGED);
            if (mat.empty()) {
                return null;
            }
            if (mat.depth() == opencv_core.CV_16U) {
                Mat bytes = new Mat();
                mat.convertTo(bytes, opencv_core.CV_8U, 1 / 257.0, 0);
                mat = bytes;
            }
            return picture(swapped(mat));
        } catch (RuntimeException _) {
            return null;                             // OpenCV's own exceptions are of this type
        }
    }

    /** @param suffix ".png", ".jpg", … */
    static byte[] encode(Picture picture, String suffix) {
        try (PointerScope _ = new PointerScope()) {
            BytePointer file = new BytePointer();
            IntPointer settings = switch (suffix) {
                case ".jpg", ".jpeg" -> new IntPointer(opencv_imgcodecs.IMWRITE_JPEG_QUALITY, JPEG_QUALITY);
                case ".webp" -> new IntPointer(opencv_imgcodecs.IMWRITE_WEBP_QUALITY, WEBP_QUALITY);
                default -> new IntPointer(0L);
            };
            if (!opencv_imgcodecs.imencode(suffix, swapped(mat(picture)), file, settings)) {
                throw new IllegalStateException("OpenCV did not encode a " + suffix + " of " + picture);
            }
            return bytes(file);
        }
    }

    /**
     * @param frames       of three channels and one size
     * @param milliseconds that each is shown
     */
    static byte[] encodeGif(List<Picture> frames, int milliseconds) {
        require();
        try (PointerScope _ = new PointerScope()) {
            Mat[] mats = frames.stream().map(f -> swapped(mat(f))).toArray(Mat[]::new);
            int[] durations = new int[mats.length];
            Arrays.fill(durations, milliseconds);
            opencv_imgcodecs.Animation animation = new opencv_imgcodecs.Animation(1L);
            animation.loop_count(0);
            animation.frames(new MatVector(mats));
            animation.durations(new IntPointer(durations));
            BytePointer file = new BytePointer();
            if (!opencv_imgcodecs.imencodeanimation(new BytePointer(".gif"), animation, file)) {
                throw new IllegalStateException("OpenCV did not encode a GIF of " + frames.size() + " frames");
            }
            return bytes(file);
        }
    }

    private static byte[] bytes(BytePointer file) {
        byte[] bytes = new byte[Math.toIntExact(file.limit())];
        file.get(bytes);
        return bytes;
    }

    // ---- pixels -----------------------------------------------------------------------------------------------------

    /** @param picture of three channels */
    static Picture grey(Picture picture) {
        try (PointerScope _ = new PointerScope()) {
            Mat grey = new Mat();
            opencv_imgproc.cvtColor(mat(picture), grey, opencv_imgproc.COLOR_RGB2GRAY);
            return picture(grey);
        }
    }

    static Picture resized(Picture picture, int width, int height) {
        boolean isSmaller = width <= picture.width() && height <= picture.height();
        try (PointerScope _ = new PointerScope()) {
            Mat resized = new Mat();
            opencv_imgproc.resize(mat(picture), resized, new Size(width, height), 0, 0,
                    isSmaller ? opencv_imgproc.INTER_AREA : opencv_imgproc.INTER_CUBIC);
            return picture(resized);
        }
    }

    /** @param matrix 2 × 3, from old to new places */
    static Picture warped(Picture picture, double[] matrix) {
        boolean hasAlpha = picture.channels() == 4;
        try (PointerScope _ = new PointerScope()) {
            Mat map = new Mat(2, 3, opencv_core.CV_64F);
            new DoublePointer(map.data()).put(matrix);
            Mat warped = new Mat();
            opencv_imgproc.warpAffine(mat(picture), warped, map, new Size(picture.width(), picture.height()),
                    opencv_imgproc.INTER_LINEAR, hasAlpha ? opencv_core.BORDER_CONSTANT : opencv_core.BORDER_REPLICATE,
                    new Scalar());
            return picture(warped);
        }
    }
}
