package dev.sirocco.apps.train;

import dev.sirocco.models.nn.Scope;
import dev.sirocco.models.train.Checkpoint;
import dev.sirocco.models.train.Trainer;
import dev.sirocco.tensor.io.Safetensors;
import dev.sirocco.tensor.ir.DType;
import dev.sirocco.tensor.ir.Storage;
import dev.sirocco.tensor.ir.UserError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * The folder of a trained model: {@value #CONFIG}, {@value #WEIGHTS}, or in its place a checkpoint of a training run
 * that has not ended, and what else the model needs.
 */
public final class ModelFolder {

    public static final String WEIGHTS = "weights.safetensors";
    public static final String CONFIG = "config.json";
    /** The tensors of a checkpoint that are not the model's. */
    public static final Predicate<String> IS_TRAINING = name -> name.startsWith(Checkpoint.TRAINING);

    private ModelFolder() {}

    /**
     * The newest of the folder's weights: a resumed run may have got further than the last one's end.
     *
     * @param command that makes such folders, for messages
     * @throws UserError if there are none
     */
    public static Path weights(Path folder, String command) {
        if (!Files.isDirectory(folder)) {
            throw new UserError("%s: no such folder: name one that `%s` wrote".formatted(folder, command));
        }
        Path last = Trainer.lastCheckpoint(folder);
        return Stream.of(folder.resolve(WEIGHTS), Trainer.bestCheckpoint(folder)).filter(Files::exists)
                .max(Comparator.comparing(ModelFolder::modified))
                .or(() -> Stream.of(last).filter(Files::exists).findFirst())
                .orElseThrow(() -> new UserError("%s holds no model (no %s): name a folder that `%s` wrote"
                        .formatted(folder, WEIGHTS, command)));
    }

    private static long modified(Path file) {
        try {
            return Files.getLastModifiedTime(file).toMillis();
        } catch (IOException _) {
            return 0;
        }
    }

    /** A network with the weights of a file, to be run many times and not trained. */
    public static <M> M network(Path weights, Function<Scope, M> network) {
        return Scope.load(weights, IS_TRAINING, scope -> {
            M made = network.apply(scope);
            scope.parameters().freeze();
            return made;
        });
    }

    /**
     * Writes {@value #WEIGHTS} from a run's best checkpoint, or from its last where nothing was validated: in bfloat16,
     * half as large, which changes a loss in the fourth digit.
     */
    public static void export(Path folder) {
        Path best = Trainer.bestCheckpoint(folder);
        Safetensors file = Safetensors.open(Files.exists(best) ? best : Trainer.lastCheckpoint(folder));
        Map<String, Storage> tensors = new LinkedHashMap<>();
        file.names().stream().filter(IS_TRAINING.negate())
                .forEach(name -> tensors.put(name, file.get(name).to(DType.BF16)));
        Safetensors.write(folder.resolve(WEIGHTS), tensors, file.metadata());
    }
}
