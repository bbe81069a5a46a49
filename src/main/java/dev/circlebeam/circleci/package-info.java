/**
 * CircleCI's API as a client sees it: requests, what their answers mean, the rate limit, retries,
 * the token. Knows no Beam and no tables.
 */
package dev.circlebeam.circleci;
