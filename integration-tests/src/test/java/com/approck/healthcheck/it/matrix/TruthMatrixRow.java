package com.approck.healthcheck.it.matrix;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.TestTemplate;
import org.junit.jupiter.api.extension.ExtendWith;

/** A row of the truth matrix: a test, and the words that stand for it in the README's table. */
@TestTemplate
@ExtendWith(RepeatExtension.class)
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
public @interface TruthMatrixRow {

    /** Its place in the table. */
    int number();

    /** What befalls the application, or seems to. */
    String fault();

    /** What the probes must say, and by when. */
    String answer();
}
