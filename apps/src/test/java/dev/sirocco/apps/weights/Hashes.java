package dev.sirocco.apps.weights;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** What a hub says of files. */
final class Hashes {

    private Hashes() {}

    static String sha256(byte[] content) {
        return hash("SHA-256", content);
    }

    /** As {@code git hash-object} prints it. */
    static String gitBlob(byte[] content) {
        return hash("SHA-1", ("blob " + content.length + "\0").getBytes(), content);
    }

    private static String hash(String algorithm, byte[]... pieces) {
        try {
            MessageDigest digest = MessageDigest.getInstance(algorithm);
            for (byte[] piece : pieces) {
                digest.update(piece);
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
