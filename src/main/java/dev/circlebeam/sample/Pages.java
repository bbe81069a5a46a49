package dev.circlebeam.sample;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.function.Function;
import java.util.function.ToLongFunction;

/** Cuts lists into pages in the API's envelope. */
final class Pages {
  /** The query parameter that names a page. */
  static final String PAGE_TOKEN = "page-token";

  private final int size;
  private final PageTokens tokens;

  /** Pages of that many items. */
  Pages(int size, PageTokens tokens) {
    this.size = size;
    this.tokens = tokens;
  }

  /** How many items a page holds. */
  int size() {
    return size;
  }

  /**
   * The position after which the request's page begins.
   *
   * @param list the name of the list, to which its tokens are bound
   * @param first the answer for a request without a token
   * @throws ApiException if the token is not one of this list
   */
  long position(ApiRequest request, String list, long first) throws ApiException {
    String token = request.queryValue(PAGE_TOKEN);
    return token == null || token.isEmpty() ? first : tokens.decode(list, token);
  }

  /** A page in its envelope; the last one if it is told so. */
  Reply page(String list, ArrayNode items, boolean more, long lastPosition) {
    ObjectNode page = JsonNodeFactory.instance.objectNode();
    page.set("items", items);
    if (more) {
      page.put("next_page_token", tokens.encode(list, lastPosition));
    } else {
      page.putNull("next_page_token");
    }
    return Reply.json(200, page);
  }

  /**
   * The request's page of a list that is at hand as a whole.
   *
   * @param list the name of the list
   * @param all the items in order
   * @param position a number that stays the item's own when others come and go
   * @param writer writes an item
   * @throws ApiException if the request's token is not one of this list
   */
  <T> Reply page(
      ApiRequest request,
      String list,
      List<T> all,
      ToLongFunction<T> position,
      Function<T, ObjectNode> writer)
      throws ApiException {
    long after = position(request, list, -1);
    int start = 0;
    if (after >= 0) {
      while (start < all.size() && position.applyAsLong(all.get(start)) != after) {
        start++;
      }
      if (start == all.size()) {
        throw PageTokens.refused();
      }
      start++;
    }
    int end = Math.min(start + size, all.size());
    ArrayNode items = JsonNodeFactory.instance.arrayNode(end - start);
    for (T item : all.subList(start, end)) {
      items.add(writer.apply(item));
    }
    return page(
        list, items, end < all.size(), end == 0 ? -1 : position.applyAsLong(all.get(end - 1)));
  }
}
