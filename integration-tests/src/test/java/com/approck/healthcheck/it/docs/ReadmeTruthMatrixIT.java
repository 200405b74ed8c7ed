package com.approck.healthcheck.it.docs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.approck.healthcheck.it.matrix.ExhaustionMatrixIT;
import com.approck.healthcheck.it.matrix.FloodIT;
import com.approck.healthcheck.it.matrix.SidecarMatrixIT;
import com.approck.healthcheck.it.matrix.ThreadLimitIT;
import com.approck.healthcheck.it.matrix.TruthMatrixIT;
import com.approck.healthcheck.it.matrix.TruthMatrixRow;
import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The truth matrix of this module's README is the one that the tests hold. */
final class ReadmeTruthMatrixIT {

    private static final String BEGIN = "<!-- truth matrix: generated from the tests -->\n";
    private static final String END = "<!-- end of truth matrix -->";

    @Test
    void readme_holdsTheTableOfTheTests() throws IOException {
        String readme = Files.readString(Path.of("README.md"));
        int begin = readme.indexOf(BEGIN);
        assertTrue(begin >= 0, "README.md has " + BEGIN);
        String table = readme.substring(begin + BEGIN.length(), readme.indexOf(END, begin));
        Files.writeString(Path.of("target", "truth-matrix.md"), table());
        assertEquals(table(), table, "target/truth-matrix.md has what belongs there");
    }

    private static String table() {
        return Stream.of(
                        TruthMatrixIT.class,
                        ExhaustionMatrixIT.class,
                        SidecarMatrixIT.class,
                        FloodIT.class,
                        ThreadLimitIT.class)
                .flatMap(rows -> Stream.of(rows.getDeclaredMethods()))
                .filter(method -> method.isAnnotationPresent(TruthMatrixRow.class))
                .sorted(Comparator.comparingInt(method -> row(method).number()))
                .map(method -> "| %d | %s | %s |"
                        .formatted(
                                row(method).number(),
                                row(method).fault(),
                                row(method).answer()))
                .collect(Collectors.collectingAndThen(Collectors.toList(), rows -> lines(rows)));
    }

    private static String lines(List<String> rows) {
        return "| # | fault | answer |\n|---|---|---|\n" + String.join("\n", rows) + "\n";
    }

    private static TruthMatrixRow row(Method method) {
        return method.getAnnotation(TruthMatrixRow.class);
    }
}
