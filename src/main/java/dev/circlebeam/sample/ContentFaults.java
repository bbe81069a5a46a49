package dev.circlebeam.sample;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.util.RawValue;
import com.google.common.collect.Iterables;
import java.util.List;

/** Answers with 200 in whose body something is wrong, or new. */
final class ContentFaults {
  private static final int HUGE = 10_000_000;
  private static final int DEEP = 5_000;
  private static final String NEVER_SEEN = "quarantined";

  private ContentFaults() {}

  static Reply malformed(ApiRequest request, FaultKind.Answer answer) {
    Reply reply = answer.to(request);
    if (reply.status() != 200) {
      return reply;
    }
    String whole = String.valueOf(reply.json());
    return Reply.text(200, Reply.JSON, whole.substring(0, whole.length() / 2) + ",,");
  }

  static Reply empty(ApiRequest request, FaultKind.Answer answer) {
    return Reply.text(200, Reply.JSON, "");
  }

  static Reply html(ApiRequest request, FaultKind.Answer answer) {
    return Reply.text(200, Reply.HTML, "<html><body>Please log in</body></html>");
  }

  static Reply wrongContentType(ApiRequest request, FaultKind.Answer answer) {
    return answer.to(request).saidToBe(Reply.HTML);
  }

  static Reply invalidUtf8(ApiRequest request, FaultKind.Answer answer) {
    Reply reply = answer.to(request);
    first(reply).forEach(item -> item.put("x_note", "déjà vu"));
    return reply.delivered(Reply.Delivery.LATIN_1);
  }

  static Reply hugeItem(ApiRequest request, FaultKind.Answer answer) {
    Reply reply = answer.to(request);
    if (request.queryValue(Pages.PAGE_TOKEN) == null) {
      first(reply).forEach(item -> item.put("x_huge", "x".repeat(HUGE)));
    }
    return reply;
  }

  static Reply deepNesting(ApiRequest request, FaultKind.Answer answer) {
    Reply reply = answer.to(request);
    // The library refuses to write so deep a tree, too.
    RawValue deep = new RawValue("[".repeat(DEEP) + "]".repeat(DEEP));
    first(reply).forEach(item -> item.putRawValue("x_deep", deep));
    return reply;
  }

  static Reply echoToken(ApiRequest request, FaultKind.Answer answer) {
    Reply reply = answer.to(request);
    for (ObjectNode item : FaultyItems.of(reply)) {
      item.put("x_echo", Authenticator.credential(request));
    }
    return reply;
  }

  static Reply itemWithoutId(ApiRequest request, FaultKind.Answer answer) {
    Reply reply = answer.to(request);
    first(reply).forEach(item -> item.remove("id"));
    return reply;
  }

  static Reply itemNotObject(ApiRequest request, FaultKind.Answer answer) {
    Reply reply = answer.to(request);
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

  static Reply wrongTypes(ApiRequest request, FaultKind.Answer answer) {
    Reply reply = answer.to(request);
    ArrayNode items = FaultyItems.listOf(reply);
    if (items != null) {
      items.insert(0, FaultyItems.wrongTypes(JsonNodeFactory.instance.objectNode()));
    } else if (reply.status() == 200 && reply.json() instanceof ObjectNode single) {
      FaultyItems.wrongTypes(single);
    }
    return reply;
  }

  static Reply typeChange(ApiRequest request, FaultKind.Answer answer) {
    Reply reply = answer.to(request);
    first(reply).forEach(FaultyItems::changeTypes);
    return reply;
  }

  static Reply newEnumValue(ApiRequest request, FaultKind.Answer answer) {
    Reply reply = answer.to(request);
    first(reply).forEach(item -> FaultyItems.setKinds(item, NEVER_SEEN));
    return reply;
  }

  static Reply repeatedPageToken(ApiRequest request, FaultKind.Answer answer) {
    Reply reply = answer.to(request);
    if (reply.json() instanceof ObjectNode page && page.has("items")) {
      page.put("next_page_token", request.queryValue(Pages.PAGE_TOKEN));
    }
    return reply;
  }

  static Reply duplicateItem(ApiRequest request, FaultKind.Answer answer) {
    Reply reply = answer.to(request);
    ArrayNode items = FaultyItems.listOf(reply);
    List<ObjectNode> before = FaultyItems.of(answer.to(request.without(Pages.PAGE_TOKEN)));
    if (items != null && !before.isEmpty()) {
      items.insert(0, Iterables.getLast(before).put("x_again", true));
    }
    return reply;
  }

  private static List<ObjectNode> first(Reply reply) {
    return FaultyItems.of(reply).stream().limit(1).toList();
  }
}
