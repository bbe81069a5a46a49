package dev.circlebeam.sink.bigquery;

import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;

import org.junit.Test;

/** Which buckets a dataset loads from. */
public class LocationsTest {
  @Test
  public void givenPlacesThatGoTogether_thenNoConflict() {
    assertFalse(Locations.conflict("EU", "eu"));
    assertFalse(Locations.conflict("EU", "EUROPE-WEST1"));
    assertFalse(Locations.conflict("EU", "EUR4"));
    assertFalse(Locations.conflict("US", "ASIA-EAST1"));
    assertFalse(Locations.conflict("us-central1", "US-CENTRAL1"));
    assertFalse(Locations.conflict("us-central1", "US"));
  }

  @Test
  public void givenPlacesApart_thenAConflict() {
    assertTrue(Locations.conflict("EU", "US"));
    assertTrue(Locations.conflict("EU", "us-central1"));
    assertTrue(Locations.conflict("europe-west1", "EUROPE-WEST4"));
  }
}
