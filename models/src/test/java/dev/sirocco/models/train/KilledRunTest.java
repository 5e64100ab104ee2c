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
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A run in a JVM of its own, which is killed while it does little else than write checkpoints. */
@Timeout(120)
class KilledRunTest {

    @TempDir
    Path directory;

    /** Trains without end, saving after every step. */
    public static void main(String[] args) {
        Gpt gpt = new Gpt(Gpt.Config.modern(7, 8, 1, 2, 64, 0.1), Scope.root(3));
        GptTask task = new GptTask(gpt, new Random(1).ints(500, 0, 7).toArray(), new int[0], 2, 5);
        try (Trainer trainer = new Trainer(task, gpt.optimizer(new AdamW(1e-3, 0)), Schedule.constant(),
                Trainer.Config.ofSteps(1_000_000_000, 0, 1), Path.of(args[0]), Map.of(), Executors.best())) {
            System.out.println(trainer.resume() ? "resumed" : "new");
            trainer.run();
        }
    }

    private Process start() throws IOException {
        List<String> command = List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--add-modules", "jdk.incubator.vector", "--enable-native-access=ALL-UNNAMED",
                "-cp", System.getProperty("java.class.path"), KilledRunTest.class.getName(), directory.toString());
        return new ProcessBuilder(command).redirectErrorStream(true).start();
    }

    private void awaitStepsAfter(long step) throws InterruptedException {
        while (!Files.exists(Trainer.lastCheckpoint(directory)) || savedStep() < step + 3) {
            Thread.sleep(20);
        }
    }

    /** What a reader finds at any moment. */
    private long savedStep() {
        return Long.parseLong(Checkpoint.open(Trainer.lastCheckpoint(directory)).text("step"));
    }

    @Test
    void aKilledRunLeavesACheckpointAndATerminatedOneSavesFirst() throws Exception {
        Process killed = start();
        awaitStepsAfter(0);
        killed.destroyForcibly().waitFor();
        long step = savedStep();
        assertTrue(step >= 3);

        Process terminated = start();
        awaitStepsAfter(step);
        terminated.toHandle().destroy();                          // leaves the stream open, unlike Process.destroy
        String said = new String(terminated.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        terminated.waitFor();
        assertTrue(said.contains("resumed") && said.contains("stopped after %,d steps".formatted(savedStep())), said);
        assertEquals(List.of(), leftovers());
    }

    private List<Path> leftovers() throws IOException {
        try (var files = Files.list(directory)) {
            return files.filter(f -> !List.of("last.safetensors", "log.csv", "tensorboard", "loss.png", "loss.svg")
                    .contains(f.getFileName().toString())).toList();
        }
    }
}
