package dev.circlebeam.sample;

/** What sets an organization, or the installation that serves it, apart from most. */
public enum SampleTrait {
  /**
   * An installation of one's own: no third version of the API, no deployments, no pipeline
   * definitions; usage exports fail.
   */
  SELF_HOSTED,
  /** A plan without config policies: they answer 404. */
  WITHOUT_POLICIES,
  /** Usage exports end as {@code failed}. */
  FAILING_EXPORTS,
  /**
   * The marks of {@link SecretMarks} stand in unknown fields and in items without a key, too. With
   * a fault such as {@link FaultKind#MALFORMED_JSON} they stand in what is left of a body.
   */
  LEAKING
}
