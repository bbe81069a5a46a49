/** Requests to Google's APIs for which the libraries that come with Beam have no small client. */
package dev.circlebeam.google;
