package dev.sirocco.models.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sirocco.models.nn.Activation;
import dev.sirocco.models.zoo.Gpt;
import dev.sirocco.tensor.ir.UserError;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RecordsTest {

    private static final Gpt.Config CONFIG = Gpt.Config.modern(65, 256, 6, 4, 256, 0.2);

    @Test
    void comeBackFromTheirTexts() {
        assertEquals(CONFIG, Records.fromTexts(Gpt.Config.class, Records.toTexts(CONFIG)));
    }

    @Test
    void partsCanBeReplaced() {
        Gpt.Config other = Records.with(CONFIG, Map.of("layers", "8", "activation", "silu", "qkNorm", "false"));
        assertEquals(8, other.layers());
        assertEquals(Activation.SILU, other.activation());
        assertEquals(256, other.width());
    }

    @Test
    void whatDoesNotFitIsNamed() {
        assertRefused("there is no setting 'layer'", Map.of("layer", "8"));
        assertRefused("layers 'many' is not a number", Map.of("layers", "many"));
        assertRefused("expected true or false", Map.of("bias", "yes"));
        assertRefused("choose one of [none, relu, relu2", Map.of("activation", "relu3"));
    }

    private static void assertRefused(String reason, Map<String, String> changes) {
        String message = assertThrows(UserError.class, () -> Records.with(CONFIG, changes)).getMessage();
        assertTrue(message.contains(reason), message);
    }
}
