package dev.sirocco.apps.speak;

import static dev.sirocco.apps.Printed.assertRefused;
import static dev.sirocco.apps.Printed.wellBy;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sirocco.apps.train.ModelFolder;
import dev.sirocco.tensor.exec.Executors;
import dev.sirocco.text.pronunciation.SpellingNetwork;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PronunciationTrainingTest {

    @TempDir
    private Path folder;

    @Test
    void trainsAndGoesOn() {
        String out = folder.resolve("g2p").toString();
        String said = wellBy("speak", "train", "g2p", "--out", out, "--steps", "2", "--batch", "2", "--layers", "1",
                "--width", "16");
        assertTrue(said.contains("held out") && said.contains("finished after 2 steps"), said);
        said = wellBy("speak", "train", "g2p", "--out", out, "--resume", "--steps", "3");
        assertTrue(said.contains("finished after 3 steps"), said);
        Path weights = ModelFolder.weights(Path.of(out), "sirocco speak train g2p");
        try (SpellingNetwork network = SpellingNetwork.load(weights, 1, Executors.best())) {
            assertEquals(2, network.sounds(List.of("sirocco", "o'sirocco")).size());
        }
        assertRefused(new String[] {"speak", "train", "g2p", "--out", out, "--steps", "2"}, "--resume");
    }

    @Test
    void refusesWhatMakesNoNetwork() {
        assertRefused(with(), "--minutes");
        assertRefused(with("--steps", "1", "--width", "20"), "--width 20");
        assertRefused(with("--steps", "1", "--layers", "0"), "--layers 0");
    }

    private String[] with(String... options) {
        String out = folder.resolve("none").toString();
        List<String> all = new ArrayList<>(List.of("speak", "train", "g2p", "--out", out));
        all.addAll(List.of(options));
        return all.toArray(String[]::new);
    }
}
