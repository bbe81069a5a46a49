package dev.circlebeam.sink.parquet;

import dev.circlebeam.catalog.Catalog;
import dev.circlebeam.record.TableRecord;
import dev.circlebeam.record.TableRecordCoder;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.List;
import org.apache.beam.sdk.coders.CustomCoder;
import org.apache.beam.sdk.coders.ListCoder;
import org.apache.beam.sdk.coders.NullableCoder;
import org.apache.beam.sdk.coders.StringUtf8Coder;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * Something to be done to a file.
 *
 * @param rows rows to put in
 * @param scope the project or organization whose other rows are to go; null for none
 */
record FileUpdate(List<TableRecord> rows, @Nullable String scope) {
  /** Encodes updates. */
  static final class Coder extends CustomCoder<FileUpdate> {
    private static final long serialVersionUID = 1L;

    private final ListCoder<TableRecord> rows;
    private final NullableCoder<String> scope = NullableCoder.of(StringUtf8Coder.of());

    Coder(Catalog catalog) {
      this.rows = ListCoder.of(TableRecordCoder.of(catalog));
    }

    @Override
    public void encode(FileUpdate update, OutputStream out) throws IOException {
      rows.encode(update.rows(), out);
      scope.encode(update.scope(), out);
    }

    @Override
    public FileUpdate decode(InputStream in) throws IOException {
      List<TableRecord> decoded = rows.decode(in);
      return new FileUpdate(decoded, scope.decode(in));
    }

    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof Coder coder && rows.equals(coder.rows);
    }

    @Override
    public int hashCode() {
      return rows.hashCode();
    }
  }
}
