/**
 * Inputs that nobody meant. A target is a static method {@code fuzzerTestOneInput(byte[])}: {@link
 * dev.circlebeam.fuzz.Fuzzing} gives it some thousand inputs in each build, Jazzer looks for new
 * ones by what they reach ({@code scripts/bench fuzz}).
 */
package dev.circlebeam.fuzz;
