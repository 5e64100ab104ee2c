package dev.sirocco.tensor.io;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** Makes damaged files out of sound ones. */
final class Damage {

    private static final long[] NUMBERS = {0, 1, 2, 3, 4, 7, 8, 31, 32, 33, 255, 256, 65_535, 65_536, 1L << 24,
        1L << 30, Integer.MAX_VALUE, 1L << 31, 0xffff_ffffL, 1L << 32, 1L << 60, Long.MAX_VALUE, Long.MIN_VALUE, -1, -2,
        -32, -256};

    private final Random random = new Random(1);
    private final List<byte[]> sound;
    private final List<byte[]> fragments;

    /** @param fragments what the format is made of, one Latin letter a byte, to be put where it does not belong */
    Damage(List<byte[]> sound, String... fragments) {
        this.sound = sound;
        this.fragments = Arrays.stream(fragments).map(f -> f.getBytes(StandardCharsets.ISO_8859_1)).toList();
    }

    byte[] next() {
        byte[] file = sound.get(random.nextInt(sound.size())).clone();
        int times = 1 + random.nextInt(3);
        for (int i = 0; i < times && file.length > 0; i++) {
            file = damaged(file);
        }
        return file;
    }

    private byte[] damaged(byte[] file) {
        int at = random.nextInt(file.length);
        int length = Math.min(random.nextInt(1, 24), file.length - at);
        return switch (random.nextInt(8)) {
            case 0 -> replaced(file, at, 1, (byte) random.nextInt(256));
            case 1 -> replaced(file, at, 1, (byte) (file[at] ^ 1 << random.nextInt(8)));
            case 2, 3 -> overwritten(file, at, Math.min(1 << random.nextInt(4), file.length - at));
            case 4 -> replaced(file, at, length);
            case 5 -> replaced(file, at, random.nextInt(length + 1), fragments.get(random.nextInt(fragments.size())));
            case 6 -> replaced(file, random.nextInt(file.length), 0, Arrays.copyOfRange(file, at, at + length));
            default -> random.nextInt(4) == 0 ? Arrays.copyOf(file, at)
                    : replaced(file, random.nextInt(file.length - length + 1), length,
                            Arrays.copyOfRange(file, at, at + length));
        };
    }

    /** With a number in place of so many bytes, sometimes one that is only a little wrong. */
    private byte[] overwritten(byte[] file, int at, int bytes) {
        ByteBuffer number = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
        number.put(file, at, bytes);
        long was = number.getLong(0);
        number.putLong(0, random.nextBoolean() ? was + random.nextInt(-4, 5) : NUMBERS[random.nextInt(NUMBERS.length)]);
        return replaced(file, at, bytes, Arrays.copyOf(number.array(), bytes));
    }

    private static byte[] replaced(byte[] file, int at, int length, byte... others) {
        int end = Math.min(at + length, file.length);
        ByteBuffer result = ByteBuffer.allocate(at + others.length + file.length - end);
        return result.put(file, 0, at).put(others).put(file, end, file.length - end).array();
    }
}
