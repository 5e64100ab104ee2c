package dev.sirocco.apps.data;

import static dev.sirocco.apps.Printed.assertRefused;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sirocco.apps.Printed;
import org.junit.jupiter.api.Test;

class DataTest {

    @Test
    void listsWhatThereIsWithItsLicence() {
        String listed = Printed.wellBy("data", "list");
        assertTrue(listed.contains("fashion-mnist: "), listed);
        assertTrue(listed.contains("licence: MIT"), listed);
    }

    @Test
    void saysWhatThereIsWithoutASubcommand() {
        assertTrue(Printed.wellBy("data").contains("get"));
    }

    @Test
    void anUnknownNameIsRefusedBeforeAnythingIsFetched() {
        assertRefused(new String[] {"data", "get", "mnist", "imagenet"}, "imagenet", "fashion-mnist");
        assertRefused(new String[] {"data", "get"}, "NAME");
    }
}
