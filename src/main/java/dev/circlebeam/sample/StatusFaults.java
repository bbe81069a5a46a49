package dev.circlebeam.sample;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;

/** Answers that are none, as their status says. */
final class StatusFaults {
  private static final Duration SKEW = Duration.ofHours(6);

  private StatusFaults() {}

  static Reply internal(ApiRequest request, FaultKind.Answer answer) {
    return Reply.message(500, "Internal server error.");
  }

  static Reply badGateway(ApiRequest request, FaultKind.Answer answer) {
    return Reply.text(502, Reply.HTML, "<html><body><h1>502 Bad Gateway</h1></body></html>");
  }

  static Reply unavailable(ApiRequest request, FaultKind.Answer answer) {
    return Reply.message(503, "Service unavailable.").withHeader("Retry-After", "1");
  }

  static Reply gatewayTimeout(ApiRequest request, FaultKind.Answer answer) {
    return Reply.text(504, Reply.PLAIN, "");
  }

  static Reply skewedClock(ApiRequest request, FaultKind.Answer answer) {
    Instant itsTime = Instant.now().plus(SKEW);
    return Reply.message(503, "Service unavailable.")
        .withHeader("Date", date(itsTime))
        .withHeader("Retry-After", date(itsTime.plusSeconds(1)))
        .delivered(Reply.Delivery.OWN_DATE);
  }

  static Reply tooManyJson(ApiRequest request, FaultKind.Answer answer) {
    return RateGate.tooMany().withHeader("Retry-After", "1");
  }

  static Reply tooManyReset(ApiRequest request, FaultKind.Answer answer) {
    return RateGate.tooManyWithReset("10");
  }

  static Reply tooManyText(ApiRequest request, FaultKind.Answer answer) {
    return RateGate.tooManyText();
  }

  static Reply redirect(ApiRequest request, FaultKind.Answer answer) {
    return Reply.text(302, Reply.HTML, "").withHeader("Location", "/elsewhere");
  }

  static Reply forbidden(ApiRequest request, FaultKind.Answer answer) {
    return Reply.message(403, "Permission denied.");
  }

  static Reply notFound(ApiRequest request, FaultKind.Answer answer) {
    return Reply.message(404, "Not Found");
  }

  static Reply wrongTokenEcho(ApiRequest request, FaultKind.Answer answer) {
    return Reply.message(401, "Invalid token provided: " + Authenticator.credential(request));
  }

  static Reply expiredPageToken(ApiRequest request, FaultKind.Answer answer) {
    return PageTokens.refused().reply();
  }

  private static String date(Instant time) {
    return DateTimeFormatter.RFC_1123_DATE_TIME.format(time.atOffset(ZoneOffset.UTC));
  }
}
