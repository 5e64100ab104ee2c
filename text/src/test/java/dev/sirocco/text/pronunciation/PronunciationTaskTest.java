package dev.sirocco.text.pronunciation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sirocco.models.nn.Scope;
import dev.sirocco.models.optim.AdamW;
import dev.sirocco.models.optim.Muon;
import dev.sirocco.models.optim.Schedule;
import dev.sirocco.models.train.Trainer;
import dev.sirocco.models.zoo.Gpt;
import dev.sirocco.tensor.exec.Executors;
import dev.sirocco.tensor.exec.Program;
import dev.sirocco.tensor.ir.Graph;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PronunciationTaskTest {

    private static final Lexicon FEW = Lexicon.of(
            "BAT  B AE1 T\nTAB  T AE1 B\nCAT  K AE1 T\nACT  AE1 K T\nBET  B EH1 T\n");
    private static final List<String> WORDS = FEW.words();
    private static final LexiconSplit ALL_IN_BOTH = new LexiconSplit(WORDS, WORDS);

    @Test
    void holdsOutATenthWithItsPlurals() {
        LexiconSplit split = LexiconSplit.of(Lexicon.cmu());
        double share = (double) split.held().size() / (split.held().size() + split.training().size());
        assertTrue(share > 0.09 && share < 0.11, () -> "held out " + share);
        Set<String> held = new HashSet<>(split.held());
        assertTrue(split.training().stream().noneMatch(held::contains));
        for (String word : split.held()) {
            assertTrue(!Lexicon.cmu().knows(word + "'s") || held.contains(word + "'s"), word);
        }
    }

    @Test
    void countsSoundsWhoseLettersAreInTheRow() {
        Gpt gpt = new Gpt(SpellingNetwork.config(1, 16, 0), Scope.root(1));
        PronunciationTask task = new PronunciationTask(gpt, Lexicon.cmu(), LexiconSplit.of(Lexicon.cmu()), 2, 1);
        Graph g = new Graph();
        g.output("loss", task.loss(g));
        try (Program program = g.compile(Executors.best())) {
            task.fill(program, 3);
            int[] tokens = program.input("tokens").ints();
            int[] targets = program.input("targets").ints();
            int row = gpt.config().context();
            for (int start = 0; start < tokens.length; start += row) {
                boolean isWhole = false;
                int counted = 0;
                for (int i = start; i < start + row - 1; i++) {
                    isWhole |= i > start && tokens[i - 1] == SpellingTokens.END;
                    if (isWhole) {
                        boolean isSound = SpellingTokens.isAnswer(tokens[i + 1]);
                        assertEquals(isSound ? tokens[i + 1] : -1, targets[i]);
                        counted += isSound ? 1 : 0;
                    }
                }
                assertTrue(counted > row / 4);
            }
            task.fill(program, 3);
            assertEquals(Arrays.toString(tokens), Arrays.toString(program.input("tokens").ints()));
            task.fill(program, 4);
            assertNotEquals(Arrays.toString(tokens), Arrays.toString(program.input("tokens").ints()));
        }
    }

    @Test
    void fewWordsAreLearntByHeart(@TempDir Path folder) {
        Gpt gpt = new Gpt(SpellingNetwork.config(1, 32, 0), Scope.root(1));
        PronunciationTask task = new PronunciationTask(gpt, FEW, ALL_IN_BOTH, 1, 1);
        try (Trainer trainer = new Trainer(task, gpt.optimizer(new Muon(0.02, 0), new AdamW(0.01, 0)),
                Schedule.linear(0), Trainer.Config.ofSteps(80, 0, 0), folder, gpt.texts(), Executors.best(),
                new PrintStream(OutputStream.nullOutputStream()))) {
            trainer.run();
        }
        try (SpellingNetwork network = SpellingNetwork.load(Trainer.lastCheckpoint(folder), 3, Executors.best())) {
            List<String> asked = new ArrayList<>(WORDS);
            asked.add("bat");
            List<String> found = network.sounds(asked).stream().map(s -> new Pronunciation(s).toString()).toList();
            assertEquals(asked.stream().map(w -> FEW.pronunciations(w).getFirst().toString()).toList(), found);
        }
    }

    @Test
    void theNearestPronunciationCounts() {
        List<String> right = List.of("A", "B", "C");
        PronunciationErrors errors = PronunciationErrors.NONE.plus(right, List.of(List.of("X"), right))
                .plus(List.of("A", "C"), List.of(right)).plus(List.<String>of(), List.of(right, List.of("A", "B")));
        assertEquals(new PronunciationErrors(3, 2, 8, 3), errors);
        assertEquals(3.0 / 8, errors.phonemeErrorRate());
    }
}
