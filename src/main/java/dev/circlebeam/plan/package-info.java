/** What a run is to read: which projects, and how far back in each. */
package dev.circlebeam.plan;
