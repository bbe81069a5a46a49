package dev.circlebeam.sample;

import com.google.errorprone.annotations.Immutable;

/**
 * What can go wrong with an answer. What it says in numbers is in {@link StatusFaults}, what its
 * body holds in {@link ContentFaults}, what becomes of it on the way in {@link Reply.Delivery}.
 */
public enum FaultKind {
  /** 500 with the service's own message. */
  STATUS_500(StatusFaults::internal),
  /** 502 with a page of HTML, as proxies send it. */
  STATUS_502_HTML(StatusFaults::badGateway),
  /** 503 that says to come again in a second. */
  STATUS_503_RETRY_AFTER(StatusFaults::unavailable),
  /** 504 with nothing in it. */
  STATUS_504(StatusFaults::gatewayTimeout),
  /** 503 whose date is six hours ahead, and which says to come again a second after it. */
  SKEWED_CLOCK(StatusFaults::skewedClock),
  /** 429 with JSON and {@code Retry-After}. */
  TOO_MANY_JSON(StatusFaults::tooManyJson),
  /** 429 with JSON and {@code RateLimit-Reset} only. */
  TOO_MANY_RESET_HEADER(StatusFaults::tooManyReset),
  /** 429 with plain text and no header. */
  TOO_MANY_TEXT(StatusFaults::tooManyText),
  /** 302 to another path of the same server. */
  REDIRECT(StatusFaults::redirect),
  /** 403 in the service's words. */
  FORBIDDEN(StatusFaults::forbidden),
  /** 404 in the service's words. */
  NOT_FOUND(StatusFaults::notFound),
  /** 401 whose body tells the token that was sent. */
  WRONG_TOKEN_ECHO(StatusFaults::wrongTokenEcho),

  /** The connection is closed before anything was sent. */
  CLOSE_BEFORE_HEADERS(Reply.Delivery.CLOSED),
  /** The connection is reset before anything was sent. */
  RESET_BEFORE_HEADERS(Reply.Delivery.RESET),
  /** The connection is closed after half of the body. */
  TRUNCATED_BODY(Reply.Delivery.TRUNCATED),
  /** The connection is reset after half of the body. */
  RESET_IN_BODY(Reply.Delivery.RESET_IN_BODY),
  /** The connection is reset, and others are refused for {@link Wire#MOMENT}. */
  REFUSED_FOR_A_MOMENT(Reply.Delivery.DOWN_FOR_A_MOMENT),
  /** The connection is reset, and others are refused from then on. */
  REFUSED_FOR_GOOD(Reply.Delivery.DOWN_FOR_GOOD),
  /** No answer until the server closes. */
  STALLED(Reply.Delivery.STALLED),
  /** Half of the body, and no more until the server closes. */
  STALLED_BODY(Reply.Delivery.STALLED_IN_BODY),
  /** The body comes in pieces, all of it within a second. */
  SLOW_BODY(Reply.Delivery.SLOW),
  /** The body comes a byte at a time and takes hours. */
  TRICKLING_BODY(Reply.Delivery.TRICKLING),
  /** A whole answer whose body is half of a compressed one. */
  TRUNCATED_GZIP(Reply.Delivery.HALF_GZIP),

  /** 200 with a complete body that is not JSON any more. */
  MALFORMED_JSON(ContentFaults::malformed),
  /** 200 with nothing in it. */
  EMPTY_BODY(ContentFaults::empty),
  /** 200 with a page of HTML, as login pages of proxies do. */
  HTML_200(ContentFaults::html),
  /** The right answer, said to be HTML. */
  WRONG_CONTENT_TYPE(ContentFaults::wrongContentType),
  /** The first item holds a letter that is not UTF-8. */
  INVALID_UTF8(ContentFaults::invalidUtf8),
  /** An unknown field of a first page's first item has ten million letters. */
  HUGE_ITEM(ContentFaults::hugeItem),
  /** An unknown field of the first item is nested deeper than readers of JSON go. */
  DEEP_NESTING(ContentFaults::deepNesting),
  /** An unknown field of every item tells the token that was sent. */
  ECHO_TOKEN(ContentFaults::echoToken),
  /** The first item has no id. */
  ITEM_WITHOUT_ID(ContentFaults::itemWithoutId),
  /** A text stands before the items of a list, or in place of a single thing. */
  ITEM_NOT_OBJECT(ContentFaults::itemNotObject),
  /** One more item before the others, or the single thing, has values of the wrong types. */
  WRONG_TYPES(ContentFaults::wrongTypes),
  /** Name and number of the first item have become objects. */
  TYPE_CHANGE(ContentFaults::typeChange),
  /** Status, state or provider of the first item has a value that was never there before. */
  NEW_ENUM_VALUE(ContentFaults::newEnumValue),

  /** The next page's token is the one that was just sent; first pages are as usual. */
  REPEATED_PAGE_TOKEN(ContentFaults::repeatedPageToken, true),
  /** 400 to any page token; first pages are as usual. */
  EXPIRED_PAGE_TOKEN(StatusFaults::expiredPageToken, true),
  /** Later pages begin with the last item of the first one, which says so in a field more. */
  DUPLICATE_ITEM(ContentFaults::duplicateItem, true);

  /** The answers that would be given without the fault; made when they are asked for. */
  interface Answer {
    /** The answer to that request. */
    Reply to(ApiRequest request);
  }

  /** What a fault makes of an answer. */
  @Immutable
  interface Fault {
    /** The answer to give. A fault of the items leaves answers other than 200 as they are. */
    Reply apply(ApiRequest request, Answer answer);
  }

  private final Fault fault;
  private final boolean onLaterPages;
  private final boolean needsWire;

  FaultKind(Fault fault) {
    this(fault, false);
  }

  FaultKind(Fault fault, boolean onLaterPages) {
    this.fault = fault;
    this.onLaterPages = onLaterPages;
    this.needsWire = false;
  }

  FaultKind(Reply.Delivery delivery) {
    this.fault = (request, answer) -> answer.to(request).delivered(delivery);
    this.onLaterPages = false;
    this.needsWire = delivery.needsWire();
  }

  /** Whether such a fault makes sense for the request. */
  boolean concerns(ApiRequest request) {
    return !onLaterPages || request.queryValue(Pages.PAGE_TOKEN) != null;
  }

  /** Whether it breaks an answer in a way that needs a {@link Wire}. */
  boolean needsWire() {
    return needsWire || this == SKEWED_CLOCK;
  }

  /** The answer to give. */
  Reply apply(ApiRequest request, Answer answer) {
    return fault.apply(request, answer);
  }
}
