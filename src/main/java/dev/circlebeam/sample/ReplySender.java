package dev.circlebeam.sample;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.google.common.base.Ascii;
import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.zip.Deflater;
import java.util.zip.GZIPOutputStream;
import org.checkerframework.checker.nullness.qual.Nullable;

/** Writes answers to connections. */
final class ReplySender {
  private static final int SMALLEST_COMPRESSED = 1_024;
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final ObjectWriter COMPACT = MAPPER.writer();
  private static final ObjectWriter PRETTY = MAPPER.writer(SerializationFeature.INDENT_OUTPUT);

  private final boolean gzip;

  /** Compresses long answers for clients that accept it, or never does. */
  ReplySender(boolean gzip) {
    this.gzip = gzip;
  }

  /** An answer as it goes out: made ahead, so that sending it takes no time. */
  static final class Outgoing {
    private final Reply reply;
    private final byte[] body;
    private final boolean isCompressed;

    private Outgoing(Reply reply, byte[] body, boolean isCompressed) {
      this.reply = reply;
      this.body = body;
      this.isCompressed = isCompressed;
    }

    /** The answer that was made ready. */
    Reply reply() {
      return reply;
    }
  }

  /**
   * Makes an answer ready to be sent.
   *
   * @param request the headers of the request
   */
  Outgoing ready(Headers request, Reply reply) {
    byte[] body = body(reply, request.getFirst("Accept"));
    if (reply.delivery() == Reply.Delivery.HALF_GZIP) {
      byte[] compressed = compress(body);
      return new Outgoing(reply, Arrays.copyOf(compressed, compressed.length / 2), true);
    }
    if (gzip
        && !reply.contentType().equals(Reply.GZIP)
        && body.length > SMALLEST_COMPRESSED
        && accepts(request, "gzip")) {
      return new Outgoing(reply, compress(body), true);
    }
    return new Outgoing(reply, body, false);
  }

  /**
   * Sends the answer and ends the exchange.
   *
   * @throws IOException if the client is gone
   */
  void send(HttpExchange exchange, Outgoing outgoing) throws IOException {
    // Closing without headers makes the JDK's server close the connection.
    try (exchange) {
      if (outgoing.reply.delivery() != Reply.Delivery.CLOSED) {
        write(exchange, outgoing);
      }
    }
  }

  private static void write(HttpExchange exchange, Outgoing outgoing) throws IOException {
    Headers headers = exchange.getResponseHeaders();
    Reply reply = outgoing.reply;
    byte[] body = outgoing.body;
    headers.set("Content-Type", reply.contentType());
    reply.headers().forEach(headers::set);
    if (outgoing.isCompressed) {
      headers.set("Content-Encoding", "gzip");
    }
    if (exchange.getRequestMethod().equals("HEAD") || body.length == 0) {
      exchange.sendResponseHeaders(reply.status(), -1);
      return;
    }
    exchange.sendResponseHeaders(reply.status(), body.length);
    int length = reply.delivery() == Reply.Delivery.TRUNCATED ? body.length / 2 : body.length;
    OutputStream out = exchange.getResponseBody();
    out.write(body, 0, length);
    out.flush();
  }

  /** The body as it is before it is compressed. */
  static byte[] body(Reply reply, @Nullable String accept) {
    if (reply.json() == null) {
      byte[] text = reply.text().getBytes(StandardCharsets.UTF_8);
      return reply.contentType().equals(Reply.GZIP) ? compress(text) : text;
    }
    ObjectWriter writer = isForPeople(accept) ? PRETTY : COMPACT;
    try {
      return reply.delivery() == Reply.Delivery.LATIN_1
          ? writer.writeValueAsString(reply.json()).getBytes(StandardCharsets.ISO_8859_1)
          : writer.writeValueAsBytes(reply.json());
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The service indents its answers unless JSON was asked for. */
  private static boolean isForPeople(@Nullable String accept) {
    return accept == null || !(accept.contains("json") || accept.contains("*/*"));
  }

  private static boolean accepts(Headers request, String coding) {
    String accepted = request.getFirst("Accept-Encoding");
    return accepted != null && Ascii.toLowerCase(accepted).contains(coding);
  }

  private static byte[] compress(byte[] body) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(body.length / 4);
    try (OutputStream out = new FastGzip(bytes)) {
      out.write(body);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  /** Compresses little and quickly: the server shares the machine with what it is there to test. */
  private static final class FastGzip extends GZIPOutputStream {
    private FastGzip(OutputStream out) throws IOException {
      super(out);
      def.setLevel(Deflater.BEST_SPEED);
    }
  }
}
