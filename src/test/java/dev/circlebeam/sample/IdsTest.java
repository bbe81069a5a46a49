package dev.circlebeam.sample;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertNotEquals;
import static org.junit.Assert.assertNull;

import java.util.HashSet;
import java.util.Set;
import java.util.UUID;
import org.junit.Test;

public class IdsTest {
  private final Ids ids = new Ids(1);

  @Test
  public void givenAnyName_thenItsIdDecodesToIt() {
    Set<UUID> seen = new HashSet<>();
    int count = 0;
    for (IdName.Kind kind : IdName.Kind.values()) {
      for (int project : new int[] {0, 1, IdName.MAX_PROJECT}) {
        for (int pipeline : new int[] {0, 1, 2, 100_000, IdName.MAX_PIPELINE}) {
          for (int workflow : new int[] {0, 7, IdName.MAX_WORKFLOW}) {
            for (int job : new int[] {0, 1, IdName.MAX_JOB}) {
              IdName name = new IdName(kind, project, pipeline, workflow, job);
              UUID id = ids.encode(name);
              assertEquals(4, id.version());
              assertEquals(2, id.variant());
              assertEquals(name, ids.decode(id));
              seen.add(id);
              count++;
            }
          }
        }
      }
    }
    assertEquals(count, seen.size());
  }

  @Test
  public void givenForeignId_thenNull() {
    UUID id = ids.encode(new IdName(IdName.Kind.JOB, 1, 2, 3, 4));
    assertNull(new Ids(2).decode(id));
    assertNull(ids.decode(new UUID(id.getMostSignificantBits(), 1 + id.getLeastSignificantBits())));
    assertNull(ids.decode(UUID.fromString("7d1c2b3a-4e5f-4a6b-8c7d-9e0f1a2b3c4d")));
    assertNull(ids.decode(id.toString(), IdName.Kind.WORKFLOW));
    assertNull(ids.decode("1-1-1-1-1", IdName.Kind.JOB));
    assertNotEquals(id, new Ids(2).encode(new IdName(IdName.Kind.JOB, 1, 2, 3, 4)));
  }

  @Test
  public void givenUuids_thenBase58ReadsBack() {
    for (UUID id :
        new UUID[] {
          new UUID(0, 0),
          new UUID(0, 1),
          new UUID(-1, -1),
          UUID.fromString("7d1c2b3a-4e5f-4a6b-8c7d-9e0f1a2b3c4d"),
          UUID.fromString("007d2b3a-4e5f-4a6b-8c7d-9e0f1a2b3c4d")
        }) {
      assertEquals(id, Base58.decode(Base58.encode(id)));
    }
    assertNull(Base58.decode("web-shop"));
    assertNull(Base58.decode("zzzzzzzzzzzzzzzzzzzzzz"));
    assertNull(Base58.decode("0OIl0OIl0OIl0OIl0OIl0"));
  }
}
