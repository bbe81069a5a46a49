package dev.circlebeam.sample;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.common.collect.ImmutableList;

/** The users of the organization, by index; the first one owns the token. */
final class People {
  /** The index of the user whose account is no longer there. */
  static final int GONE = 6;

  private static final ImmutableList<String> LOGINS =
      ImmutableList.of(
          "ines-b", "oskar-l", "yuki-t", "noor-a", "pavel-s", "zoe-m", "li-wei", "amara-o");
  private static final ImmutableList<String> NAMES =
      ImmutableList.of(
          "Inês Barros",
          "Oskar Lindström",
          "Yuki Tanaka",
          "Noor Aziz",
          "Pavel Svoboda",
          "Zoë Marchand",
          "李伟",
          "Amara Okafor");

  private final Ids ids;

  /** The people of the organization with these ids. */
  People(Ids ids) {
    this.ids = ids;
  }

  /** How many there are. */
  static int count() {
    return LOGINS.size();
  }

  /** The login of the user at the index. */
  static String login(int index) {
    return LOGINS.get(index);
  }

  /** The display name of the user at the index. */
  static String name(int index) {
    return NAMES.get(index);
  }

  /** The address of the user's picture. */
  static String avatar(int index) {
    return "https://avatars.example.com/u/" + (100 + index) + "?v=4";
  }

  /** The id of the user at the index. */
  String id(int index) {
    return ids.text(new IdName(IdName.Kind.USER, index, 0, 0, 0));
  }

  /** The answer of {@code /me} and {@code /user} for the user at the index. */
  ObjectNode json(int index) {
    return JsonNodeFactory.instance
        .objectNode()
        .put("id", id(index))
        .put("login", login(index))
        .put("name", name(index))
        .put("avatar_url", avatar(index));
  }
}
