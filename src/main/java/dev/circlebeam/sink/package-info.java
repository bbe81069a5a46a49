/** Where records end: one transform for each kind of output, all with the same input. */
package dev.circlebeam.sink;
