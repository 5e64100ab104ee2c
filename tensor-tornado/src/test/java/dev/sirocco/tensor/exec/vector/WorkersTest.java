package dev.sirocco.tensor.exec.vector;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WorkersTest {

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 7})
    void everyPartRunsOnce(int count) {
        try (Workers workers = new Workers(count)) {
            for (int round = 0; round < 2000; round++) {
                int parts = round % 13;
                AtomicIntegerArray runs = new AtomicIntegerArray(parts);
                workers.run(parts, (part, worker) -> {
                    assertTrue(worker >= 0 && worker < count, "worker " + worker);
                    runs.incrementAndGet(part);
                });
                for (int part = 0; part < parts; part++) {
                    assertEquals(1, runs.get(part), "part " + part + " of " + parts);
                }
            }
        }
    }

    /**
     * The first part takes until all others are done, so others must have taken over the rest of its worker's share.
     */
    @ParameterizedTest
    @ValueSource(ints = {2, 3})
    void aSlowWorkerDoesNotHoldUpTheOthers(int count) {
        int parts = 8 * count;
        try (Workers workers = new Workers(count)) {
            Set<Integer> done = ConcurrentHashMap.newKeySet();
            workers.run(parts, (part, _) -> {
                while (part == 0 && done.size() < parts - 1) {
                    Thread.onSpinWait();
                }
                done.add(part);
            });
            assertEquals(parts, done.size());
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 5})
    void whatAPartThrowsIsThrownWhenAllAreDone(int count) {
        try (Workers workers = new Workers(count)) {
            AtomicIntegerArray runs = new AtomicIntegerArray(10);
            assertThrows(IndexOutOfBoundsException.class, () -> workers.run(10, (part, _) -> {
                runs.incrementAndGet(part);
                if (part == 4) {
                    throw new IndexOutOfBoundsException("part 4");
                }
            }));
            for (int part = 0; part < 10; part++) {
                assertEquals(1, runs.get(part));
            }
            workers.run(10, (part, _) -> runs.incrementAndGet(part));
            assertEquals(2, runs.get(9));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 4})
    void scratchMemoryIsAWorkersOwn(int count) {
        try (Workers workers = new Workers(count)) {
            for (int worker = 1; worker < count; worker++) {
                assertNotEquals(workers.scratch(0, 0, 64), workers.scratch(worker, 0, 64));
            }
            assertEquals(workers.scratch(0, 0, 64), workers.scratch(0, 0, 32));
        }
    }
}
