package io.selvage.test.run;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Marks a class of the kit that is on the stack between the program and the library: its lines, and
 * those of its nested classes, are not shown as lines of the program.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
public @interface KitCode {}
