/**
 * Loaded before the tests of a mutant: properties try the same values in every run, so that a mutant
 * is caught by what the tests look for, not by luck; and a failure is not made smaller, which takes long.
 * @module
 */
import fc from "fast-check";

fc.configureGlobal({ seed: 20_261_120, endOnFailure: true });
