package com.approck.healthcheck.it.matrix;

import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.TestTemplateInvocationContext;
import org.junit.jupiter.api.extension.TestTemplateInvocationContextProvider;

/** Runs a test once, or as often as {@code -Dmatrix.times=10} says. */
final class RepeatExtension implements TestTemplateInvocationContextProvider {

    private static final int TIMES = Integer.getInteger("matrix.times", 1);

    @Override
    public boolean supportsTestTemplate(ExtensionContext context) {
        return true;
    }

    @Override
    public Stream<TestTemplateInvocationContext> provideTestTemplateInvocationContexts(ExtensionContext context) {
        return IntStream.range(0, TIMES).mapToObj(time -> new TestTemplateInvocationContext() {
            @Override
            public String getDisplayName(int number) {
                return context.getDisplayName() + " " + number + "/" + TIMES;
            }
        });
    }
}
