package dev.sirocco.models.zoo;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.sirocco.models.GoldenNetwork;
import dev.sirocco.models.nn.Scope;
import dev.sirocco.models.train.Records;
import dev.sirocco.tensor.ir.Graph;
import dev.sirocco.tensor.ir.Shape;
import dev.sirocco.tensor.ir.Storage;
import dev.sirocco.tensor.ir.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class UnetTest {

    private static final Unet.Config TINY = new Unet.Config(3, List.of(8, 12), 1, List.of(1), 4, 4, 4, 0, 0);

    @Test
    void computesWhatDiffusersDoes() {
        GoldenNetwork.check("unet.safetensors", s -> new Unet(TINY, s), Unet::parameters, (unet, in) -> Map.of(
                "output", unet.apply(in.get("x"), in.get("times"), in.get("classes"))));
    }

    @Test
    void hasThePublishedSize() {
        assertEquals(35_746_307, new Unet(Unet.Config.cifar10(), Scope.root(1)).parameters().count());
    }

    @Test
    void theConfigurationComesBackFromItsTexts() {
        Unet.Config config = new Unet.Config(1, List.of(8), 1, List.of(), 0, 4, 0, 0, 0.1);
        assertEquals(config, Records.fromTexts(Unet.Config.class, Records.toTexts(config)));
    }

    @Test
    void wordsCountInAnyOrderAndPaddingDoesNot() {
        Unet unet = new Unet(new Unet.Config(1, List.of(8), 1, List.of(), 0, 4, 0, 9, 0), Scope.root(1));
        float[] first = told(unet, 3, 5, 0);
        assertArrayEquals(first, told(unet, 5, 3, 0), 1e-6f);
        assertArrayEquals(first, told(unet, 0, 3, 0, 5), 1e-6f);
        assertFalse(Arrays.equals(first, told(unet, 3, 0, 0)));
        assertFalse(Arrays.equals(first, told(unet, 3, 6, 0)));
    }

    private static float[] told(Unet unet, int... words) {
        Graph g = new Graph();
        Tensor x = g.fill(0.5, Shape.of(1, 1, 4, 4));
        return unet.apply(x, g.fill(3, Shape.of(1)), g.constant(Storage.of(Shape.of(1, words.length), words))).eval()
                .floats();
    }
}
