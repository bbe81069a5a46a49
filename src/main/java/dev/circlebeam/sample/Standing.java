package dev.circlebeam.sample;

import java.util.concurrent.TimeUnit;

/**
 * A thing of the organization that stands, and was there before the history begins.
 *
 * @param id its id
 * @param noise the noise from which all that belongs to it is made
 * @param createdAt when it was made, in milliseconds since 1970
 * @param updatedAt when it was last changed, before the clock starts
 */
record Standing(String id, Noise noise, long createdAt, long updatedAt) {
  private static final int CREATED = 1_001;
  private static final int UPDATED = 1_002;

  /** The thing of that name. */
  static Standing of(SampleOrganization organization, IdName name) {
    SampleConfig config = organization.config();
    Noise noise = new Noise(config.seed()).child(name.pack());
    long now = config.now().toEpochMilli();
    long latest = now - TimeUnit.DAYS.toMillis(config.historyDays() + 1L);
    long created = noise.between(CREATED, latest - TimeUnit.DAYS.toMillis(400), latest);
    return new Standing(
        organization.ids().text(name), noise, created, noise.between(UPDATED, created, now));
  }

  /** The thing of that sort at an index of what it belongs to. */
  static Standing of(SampleOrganization organization, IdName.Kind kind, int owner, int index) {
    return of(organization, new IdName(kind, owner, index, 0, 0));
  }

  /** When it was made, as answers write it. */
  String created() {
    return Times.millis(createdAt);
  }

  /** When it was last changed, as answers write it. */
  String updated() {
    return Times.millis(updatedAt);
  }
}
