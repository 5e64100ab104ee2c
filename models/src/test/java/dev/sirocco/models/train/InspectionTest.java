package dev.sirocco.models.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sirocco.models.nn.Scope;
import dev.sirocco.models.optim.AdamW;
import dev.sirocco.models.optim.Schedule;
import dev.sirocco.models.zoo.Gpt;
import dev.sirocco.models.zoo.GptTask;
import dev.sirocco.tensor.exec.Executors;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InspectionTest {

    @TempDir
    Path directory;

    private final Gpt gpt = new Gpt(Gpt.Config.modern(7, 8, 1, 2, 8, 0.2), Scope.root(3));
    private final GptTask task = new GptTask(gpt, new Random(1).ints(100, 0, 7).toArray(), new int[0], 2, 5);

    @Test
    void findsWhatTheLayersPutOut() {
        try (Inspection inspection = new Inspection(task, gpt.optimizer(new AdamW(1e-3, 0)), Executors.best())) {
            Inspection.Findings findings = inspection.look(0);
            Inspection.Activation head = findings.activations().get("lm_head");
            assertEquals(new Inspection.Activation(0, 0, 0, 1), head);             // its weight begins with zeros
            Inspection.Activation norm = findings.activations().get("ln_f");
            assertEquals(1, Math.hypot(norm.mean(), norm.deviation()), 1e-3);
            assertEquals(0, findings.parameters().get("lm_head.weight").weight());
            assertTrue(findings.parameters().get("lm_head.weight").gradient() > 0);
            assertEquals(0, findings.parameters().get("wte.weight").gradient());   // nothing gets past the head yet
        }
    }

    @Test
    void theTrainerWritesItForTensorBoard() throws IOException {
        try (Trainer t = new Trainer(task, gpt.optimizer(new AdamW(1e-3, 0)), Schedule.constant(),
                Trainer.Config.ofSteps(2, 0, 0).withInspectEvery(2), directory, Map.of(), Executors.best(),
                new PrintStream(OutputStream.nullOutputStream()))) {
            t.run();
        }
        try (var files = Files.list(directory.resolve("tensorboard"))) {
            String events = Files.readString(files.findFirst().orElseThrow(), StandardCharsets.ISO_8859_1);
            assertTrue(events.contains("brain.Event:2") && events.contains("gradient/lm_head.weight"));
        }
    }
}
