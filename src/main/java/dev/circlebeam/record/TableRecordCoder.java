package dev.circlebeam.record;

import dev.circlebeam.catalog.Catalog;
import dev.circlebeam.catalog.Table;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.HashMap;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.io.EncoderFactory;
import org.apache.beam.sdk.coders.CustomCoder;
import org.apache.beam.sdk.coders.StringUtf8Coder;
import org.apache.beam.sdk.coders.VarIntCoder;
import org.apache.beam.sdk.coders.VarLongCoder;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * Encodes rows of all tables of one catalogue, which it carries with it: name, time, Avro binary.
 *
 * <p>A row's bytes are written and read as one block: byte by byte, through streams that lock for
 * each, it takes twice as long, and DirectRunner copies every row by its bytes.
 */
public final class TableRecordCoder extends CustomCoder<TableRecord> {
  private static final long serialVersionUID = 1L;

  /** Most rows are shorter. */
  private static final int ROW_BYTES = 512;

  private static final EncoderFactory ENCODERS =
      new EncoderFactory().configureBufferSize(ROW_BYTES);

  private record Codec(
      GenericDatumWriter<GenericRecord> writer, GenericDatumReader<GenericRecord> reader) {}

  private final Catalog catalog;
  private final Schema[] others;
  private transient volatile @Nullable Map<String, Codec> codecs;

  private TableRecordCoder(Catalog catalog, Schema... others) {
    this.catalog = catalog;
    this.others = others;
  }

  /**
   * Makes a coder.
   *
   * @param catalog the tables whose rows it will meet
   * @return the coder
   */
  public static TableRecordCoder of(Catalog catalog) {
    return new TableRecordCoder(catalog);
  }

  /**
   * Makes a coder.
   *
   * @param catalog the tables whose rows it will meet
   * @param others tables beside the catalogue's, each called as its schema is
   * @return the coder
   */
  public static TableRecordCoder of(Catalog catalog, Schema... others) {
    return new TableRecordCoder(catalog, others);
  }

  @Override
  public void encode(TableRecord record, OutputStream out) throws IOException {
    ByteArrayOutputStream row = new ByteArrayOutputStream(ROW_BYTES);
    BinaryEncoder encoder = ENCODERS.binaryEncoder(row, null);
    codec(record.table()).writer.write(record.row(), encoder);
    encoder.flush();
    StringUtf8Coder.of().encode(record.table(), out);
    VarLongCoder.of().encode(record.arrivedMicros(), out);
    VarIntCoder.of().encode(row.size(), out);
    row.writeTo(out);
  }

  @Override
  public TableRecord decode(InputStream in) throws IOException {
    String table = StringUtf8Coder.of().decode(in);
    long arrived = VarLongCoder.of().decode(in);
    int length = VarIntCoder.of().decode(in);
    byte[] row = in.readNBytes(length);
    if (row.length < length) {
      throw new EOFException("a row of " + table + " is cut off");
    }
    BinaryDecoder decoder = DecoderFactory.get().binaryDecoder(row, null);
    return new TableRecord(table, codec(table).reader.read(null, decoder), arrived);
  }

  @Override
  public void verifyDeterministic() {
    // Records and arrays alone, no maps: the same row is always the same bytes.
  }

  /** Flink joins only what is encoded alike, and asks two coders made of the same bytes. */
  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof TableRecordCoder coder && schemas().equals(coder.schemas());
  }

  @Override
  public int hashCode() {
    return schemas().keySet().hashCode();
  }

  private Map<String, Schema> schemas() {
    Map<String, Schema> schemas = new HashMap<>();
    for (Table each : catalog.tables()) {
      schemas.put(each.name(), each.schema());
    }
    for (Schema each : others) {
      schemas.put(each.getName(), each);
    }
    return schemas;
  }

  private Codec codec(String table) {
    Map<String, Codec> known = codecs;
    if (known == null) {
      known = new HashMap<>();
      for (Map.Entry<String, Schema> each : schemas().entrySet()) {
        known.put(each.getKey(), codec(each.getValue()));
      }
      // Two threads may both have made them: either's will do.
      codecs = known;
    }
    return known.get(table);
  }

  private static Codec codec(Schema schema) {
    GenericData data = new GenericData();
    data.setFastReaderEnabled(true);
    return new Codec(
        new GenericDatumWriter<>(schema), new GenericDatumReader<>(schema, schema, data));
  }
}
