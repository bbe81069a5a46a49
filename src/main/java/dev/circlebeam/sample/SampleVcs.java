package dev.circlebeam.sample;

/** A version control provider as slugs and answers name it. */
public enum SampleVcs {
  /** GitHub through its OAuth application. */
  GITHUB("gh", "github", "GitHub", "https://github.com/"),
  /** Bitbucket Cloud. */
  BITBUCKET("bb", "bitbucket", "Bitbucket", "https://bitbucket.org/");

  private final String shortForm;
  private final String longForm;
  private final String provider;
  private final String origin;

  SampleVcs(String shortForm, String longForm, String provider, String origin) {
    this.shortForm = shortForm;
    this.longForm = longForm;
    this.provider = provider;
    this.origin = origin;
  }

  /** The first part of a slug as answers write it, for example {@code gh}. */
  String shortForm() {
    return shortForm;
  }

  /** The value of {@code vcs_type}, for example {@code github}. */
  String longForm() {
    return longForm;
  }

  /** The value of {@code provider_name}, for example {@code GitHub}. */
  String provider() {
    return provider;
  }

  /** What the address of a repository starts with. */
  String origin() {
    return origin;
  }

  /** Whether the first part of a slug means this provider; requests may use either form. */
  boolean isNamed(String part) {
    return part.equals(shortForm) || part.equals(longForm);
  }
}
