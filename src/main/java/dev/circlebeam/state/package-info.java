/**
 * What earlier runs have done: which stretches of which projects are complete, and what was
 * unfinished. Read before a run plans, replaced after its tables are written.
 */
package dev.circlebeam.state;
