package dev.circlebeam.fetch;

import dev.circlebeam.circleci.ApiRequest;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What a walk has asked for, so that nothing is asked for twice for the same table. */
final class Asked {
  private static final List<Subtree> NOBODY_ELSE = List.of();

  private final Map<String, Map<ApiRequest, List<Subtree>>> others = new HashMap<>();
  private final Map<String, Set<ApiRequest>> failed = new HashMap<>();

  /** Notes a request; returns false when the same was made before. */
  boolean isNew(TableRequest request) {
    return othersOf(request).putIfAbsent(request.path(), NOBODY_ELSE) == null;
  }

  /** Another row needs what was asked for already: it is as final as that turns out to be. */
  void share(TableRequest request) {
    if (request.subtree() == null) {
      return;
    }
    if (failed.getOrDefault(request.table().name(), Set.of()).contains(request.path())) {
      request.subtree().unsettle();
      return;
    }
    Map<ApiRequest, List<Subtree>> others = othersOf(request);
    List<Subtree> subtrees = others.get(request.path());
    if (subtrees.isEmpty()) {
      subtrees = new ArrayList<>(1);
      others.put(request.path(), subtrees);
    }
    subtrees.add(request.subtree());
  }

  /** A request came to nothing: what needed it must be read again. */
  void failed(TableRequest request) {
    failed.computeIfAbsent(request.table().name(), t -> new HashSet<>()).add(request.path());
    if (request.subtree() != null) {
      request.subtree().unsettle();
    }
    othersOf(request).getOrDefault(request.path(), NOBODY_ELSE).forEach(Subtree::unsettle);
  }

  /** A table of a user's own may read what another one reads, in another form. */
  private Map<ApiRequest, List<Subtree>> othersOf(TableRequest request) {
    return others.computeIfAbsent(request.table().name(), table -> new HashMap<>());
  }
}
