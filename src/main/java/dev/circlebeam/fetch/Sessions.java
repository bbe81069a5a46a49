package dev.circlebeam.fetch;

import dev.circlebeam.circleci.ApiAccess;
import dev.circlebeam.circleci.ApiSession;
import dev.circlebeam.report.RunFailure;

/** Opens sessions, and says what to do when one cannot be opened. */
final class Sessions {
  private Sessions() {}

  static ApiSession open(ApiAccess access) {
    try {
      return access.open();
    } catch (IllegalStateException e) {
      throw RunFailure.misconfigured(e.getMessage(), "see --help for --token and --caFile");
    }
  }
}
