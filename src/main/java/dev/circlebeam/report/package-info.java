/**
 * What a run tells of itself: what it counted, its progress while it works, its report when it
 * ends, and why it failed. Other packages report; this one knows none of them but the catalogue.
 */
package dev.circlebeam.report;
