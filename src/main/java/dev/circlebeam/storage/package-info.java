/**
 * Where outputs and states are kept: files that are read whole, replaced whole and only by who read
 * what they replace, and the lock that keeps runs apart.
 */
package dev.circlebeam.storage;
