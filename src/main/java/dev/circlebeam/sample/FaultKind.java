package dev.circlebeam.sample;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** What can go wrong with an answer. */
public enum FaultKind {
  /** 500 with the service's own message. */
  STATUS_500 {
    @Override
    Reply apply(ApiRequest request, Answer answer) {
      return Reply.message(500, "Internal server error.");
    }
  },
  /** 502 with a page of HTML, as proxies send it. */
  STATUS_502_HTML {
    @Override
    Reply apply(ApiRequest request, Answer answer) {
      return Reply.text(502, Reply.HTML, "<html><body><h1>502 Bad Gateway</h1></body></html>");
    }
  },
  /** 503 that says to come again in a second. */
  STATUS_503_RETRY_AFTER {
    @Override
    Reply apply(ApiRequest request, Answer answer) {
      return Reply.message(503, "Service unavailable.").withHeader("Retry-After", "1");
    }
  },
  /** 504 with nothing in it. */
  STATUS_504 {
    @Override
    Reply apply(ApiRequest request, Answer answer) {
      return Reply.text(504, Reply.PLAIN, "");
    }
  },
  /** 429 with JSON and {@code Retry-After}. */
  TOO_MANY_JSON {
    @Override
    Reply apply(ApiRequest request, Answer answer) {
      return RateGate.tooMany().withHeader("Retry-After", "1");
    }
  },
  /** 429 with JSON and {@code RateLimit-Reset} only. */
  TOO_MANY_RESET_HEADER {
    @Override
    Reply apply(ApiRequest request, Answer answer) {
      return RateGate.tooManyWithReset("10");
    }
  },
  /** 429 with plain text and no header. */
  TOO_MANY_TEXT {
    @Override
    Reply apply(ApiRequest request, Answer answer) {
      return RateGate.tooManyText();
    }
  },
  /** The connection is closed before anything was sent. */
  CLOSE_BEFORE_HEADERS {
    @Override
    Reply apply(ApiRequest request, Answer answer) {
      return Reply.text(200, Reply.PLAIN, "").delivered(Reply.Delivery.CLOSED);
    }
  },
  /** The connection is closed after half of the body. */
  TRUNCATED_BODY {
    @Override
    Reply apply(ApiRequest request, Answer answer) {
      return answer.get().delivered(Reply.Delivery.TRUNCATED);
    }
  },
  /** 200 with a complete body that is not JSON any more. */
  MALFORMED_JSON {
    @Override
    Reply apply(ApiRequest request, Answer answer) {
      Reply reply = answer.get();
      if (reply.status() != 200) {
        return reply;
      }
      String whole = String.valueOf(reply.json());
      return Reply.text(200, Reply.JSON, whole.substring(0, whole.length() / 2) + ",,");
    }
  },
  /** 200 with nothing in it. */
  EMPTY_BODY {
    @Override
    Reply apply(ApiRequest request, Answer answer) {
      return Reply.text(200, Reply.JSON, "");
    }
  },
  /** 200 with a page of HTML, as login pages of proxies do. */
  HTML_200 {
    @Override
    Reply apply(ApiRequest request, Answer answer) {
      return Reply.text(200, Reply.HTML, "<html><body>Please log in</body></html>");
    }
  },
  /** 302 to another path of the same server. */
  REDIRECT {
    @Override
    Reply apply(ApiRequest request, Answer answer) {
      return Reply.text(302, Reply.HTML, "").withHeader("Location", "/elsewhere");
    }
  },
  /** 403 in the service's words. */
  FORBIDDEN {
    @Override
    Reply apply(ApiRequest request, Answer answer) {
      return Reply.message(403, "Permission denied.");
    }
  },
  /** 404 in the service's words. */
  NOT_FOUND {
    @Override
    Reply apply(ApiRequest request, Answer answer) {
      return Reply.message(404, "Not Found");
    }
  },
  /** No answer until the server closes. */
  STALLED {
    @Override
    Reply apply(ApiRequest request, Answer answer) {
      return Reply.text(200, Reply.PLAIN, "").delivered(Reply.Delivery.STALLED);
    }
  },
  /** The next page's token is the one that was just sent; first pages are as usual. */
  REPEATED_PAGE_TOKEN {
    @Override
    boolean concerns(ApiRequest request) {
      return request.queryValue("page-token") != null;
    }

    @Override
    Reply apply(ApiRequest request, Answer answer) {
      Reply reply = answer.get();
      if (reply.json() instanceof ObjectNode page && page.has("items")) {
        page.put("next_page_token", request.queryValue("page-token"));
      }
      return reply;
    }
  },
  /** 400 to any page token; first pages are as usual. */
  EXPIRED_PAGE_TOKEN {
    @Override
    boolean concerns(ApiRequest request) {
      return request.queryValue("page-token") != null;
    }

    @Override
    Reply apply(ApiRequest request, Answer answer) {
      return PageTokens.refused().reply();
    }
  },
  /** 401 whose body tells the token that was sent. */
  WRONG_TOKEN_ECHO {
    @Override
    Reply apply(ApiRequest request, Answer answer) {
      return Reply.message(401, "Invalid token provided: " + Authenticator.credential(request));
    }
  },
  /** An unknown field of every item tells the token that was sent. */
  ECHO_TOKEN {
    @Override
    Reply apply(ApiRequest request, Answer answer) {
      Reply reply = answer.get();
      for (ObjectNode item : FaultyItems.of(reply)) {
        item.put("x_echo", Authenticator.credential(request));
      }
      return reply;
    }
  },
  /** The first item has no id. */
  ITEM_WITHOUT_ID {
    @Override
    Reply apply(ApiRequest request, Answer answer) {
      Reply reply = answer.get();
      for (ObjectNode item : FaultyItems.of(reply).stream().limit(1).toList()) {
        item.remove("id");
      }
      return reply;
    }
  },
  /** A text stands before the items of a list, or in place of a single thing. */
  ITEM_NOT_OBJECT {
    @Override
    Reply apply(ApiRequest request, Answer answer) {
      Reply reply = answer.get();
      ArrayNode items = FaultyItems.listOf(reply);
      if (items != null) {
        items.insert(0, "not an object");
        return reply;
      }
      if (reply.status() != 200) {
        return reply;
      }
      return Reply.json(200, JsonNodeFactory.instance.textNode("not an object"));
    }
  },
  /** One more item before the others, or the single thing, has values of the wrong types. */
  WRONG_TYPES {
    @Override
    Reply apply(ApiRequest request, Answer answer) {
      Reply reply = answer.get();
      ArrayNode items = FaultyItems.listOf(reply);
      if (items != null) {
        items.insert(0, FaultyItems.wrongTypes(JsonNodeFactory.instance.objectNode()));
      } else if (reply.status() == 200 && reply.json() instanceof ObjectNode single) {
        FaultyItems.wrongTypes(single);
      }
      return reply;
    }
  };

  /** The answer that would be given without the fault; made when it is asked for. */
  interface Answer {
    /** The answer. */
    Reply get();
  }

  /** Whether such a fault makes sense for the request. */
  boolean concerns(ApiRequest request) {
    return true;
  }

  /** The answer to give. A fault of the items leaves answers other than 200 as they are. */
  abstract Reply apply(ApiRequest request, Answer answer);
}
