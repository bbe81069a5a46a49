package dev.circlebeam.sample;

import com.google.common.collect.ImmutableList;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The files of usage exports, behind addresses that are signed anew each time and good for 36
 * hours. Who has a signed address needs no token, and one that brings its token is refused.
 */
final class UsageDownloads {
  private static final String FILE = "/exports/{export}/{part}";
  private static final String EXPIRES = "expires";
  private static final String SIGNATURE = "sig";
  private static final Duration GOOD = Duration.ofHours(36);
  private static final int HEX = 16;

  private final UsageExports exports;
  private final long seed;

  /** The files of these exports. */
  UsageDownloads(UsageExports exports, long seed) {
    this.exports = exports;
    this.seed = seed;
  }

  /** Adds all routes of this class. */
  void addTo(RouteTable routes) {
    routes.addStrict("usage-download", FILE, this::download);
  }

  /** The addresses of an export's files, at the server that the request came to. */
  List<String> urls(UsageExports.Export export, ApiRequest request) {
    String expires = Long.toString(request.now().plus(GOOD).getEpochSecond());
    return IntStream.range(0, UsageRow.PARTS)
        .mapToObj(
            part -> {
              String path = "/exports/" + export.id() + "/part-" + part + ".csv.gz";
              return "http://"
                  + request.header("Host")
                  + path
                  + "?expires="
                  + expires
                  + "&sig="
                  + signature(path, expires);
            })
        .collect(ImmutableList.toImmutableList());
  }

  private Reply download(ApiRequest request) {
    if (request.header("Circle-Token") != null || request.header("Authorization") != null) {
      return error(400, "InvalidArgument", "Only one way to authenticate is allowed");
    }
    String expires = request.queryValue(EXPIRES);
    String signature = request.queryValue(SIGNATURE);
    if (expires == null || !signature(request.path(), expires).equals(signature)) {
      return error(403, "SignatureDoesNotMatch", "The signature is not the one of this address");
    }
    if (request.now().getEpochSecond() > Long.parseLong(expires, 10)) {
      return error(403, "AccessDenied", "The address has expired");
    }
    UsageExports.Export export = exports.completed(request.param("export"));
    for (int part = 0; export != null && part < UsageRow.PARTS; part++) {
      if (request.param("part").equals("part-" + part + ".csv.gz")) {
        return Reply.text(200, Reply.GZIP, UsageRow.csv(export.rows(), part));
      }
    }
    return error(404, "NoSuchKey", "There is no such file");
  }

  private String signature(String path, String expires) {
    Noise noise = new Noise(seed).child(path.hashCode()).child(expires.hashCode());
    String digits = Long.toHexString(noise.bits(0));
    return "0".repeat(HEX - digits.length()) + digits;
  }

  private static Reply error(int status, String code, String message) {
    return Reply.text(
        status,
        "application/xml",
        "<Error><Code>" + code + "</Code><Message>" + message + "</Message></Error>");
  }
}
