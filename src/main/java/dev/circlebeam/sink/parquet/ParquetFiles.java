package dev.circlebeam.sink.parquet;

import dev.circlebeam.storage.Draft;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.apache.parquet.ParquetReadOptions;
import org.apache.parquet.avro.AvroParquetReader;
import org.apache.parquet.avro.AvroParquetWriter;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.hadoop.ParquetFileWriter;
import org.apache.parquet.hadoop.ParquetReader;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.io.DelegatingSeekableInputStream;
import org.apache.parquet.io.InputFile;
import org.apache.parquet.io.OutputFile;
import org.apache.parquet.io.PositionOutputStream;
import org.apache.parquet.io.SeekableInputStream;

/**
 * Parquet files. Beam's ParquetIO would write them too, but reads Hadoop's default configuration
 * anew for each file, which takes longer than writing a small one.
 */
final class ParquetFiles {
  private static final int ROW_GROUP_BYTES = 32 << 20;

  private static final String AVRO_SCHEMA = "parquet.avro.schema";

  private static final String OLD_LISTS = "parquet.avro.write-old-list-structure";

  private ParquetFiles() {}

  /** Begins a file, or begins it anew; it is whole when the writer is closed. */
  static ParquetWriter<GenericRecord> write(Draft draft, Schema schema) throws IOException {
    PlainParquetConfiguration configuration = new PlainParquetConfiguration();
    // Lists as Parquet's specification has them, which every reader understands.
    configuration.set(OLD_LISTS, "false");
    return AvroParquetWriter.<GenericRecord>builder(new DraftFile(draft))
        .withConf(configuration)
        .withDataModel(GenericData.get())
        .withSchema(schema)
        .withCompressionCodec(CompressionCodecName.ZSTD)
        .withRowGroupSize((long) ROW_GROUP_BYTES)
        .withWriteMode(ParquetFileWriter.Mode.OVERWRITE)
        .build();
  }

  /** Returns the schema that a file was written with. */
  static Schema schema(InputFile file) throws IOException {
    // Without options Parquet reads Hadoop's, each time from XML in its jar.
    ParquetReadOptions options =
        ParquetReadOptions.builder(new PlainParquetConfiguration()).build();
    try (ParquetFileReader reader = ParquetFileReader.open(file, options)) {
      String json = reader.getFooter().getFileMetaData().getKeyValueMetaData().get(AVRO_SCHEMA);
      if (json == null) {
        throw new IOException("it has no " + AVRO_SCHEMA);
      }
      return new Schema.Parser().parse(json);
    } catch (RuntimeException e) {
      // So Parquet says of a file that is damaged.
      throw new IOException(e.getMessage(), e);
    }
  }

  /** Opens a file; columns that it lacks are read as null. */
  static ParquetReader<GenericRecord> read(InputFile file, Schema schema) throws IOException {
    return read(file, schema.toString(), new PlainParquetConfiguration());
  }

  /** Opens a file of whose columns only those in the schema are read; see {@link #read}. */
  static ParquetReader<GenericRecord> readOnly(InputFile file, Schema schema) throws IOException {
    String json = schema.toString();
    PlainParquetConfiguration configuration = new PlainParquetConfiguration();
    configuration.set("parquet.avro.projection", json);
    // The projection is looked for in the file as if it were to be written.
    configuration.set(OLD_LISTS, "false");
    return read(file, json, configuration);
  }

  private static ParquetReader<GenericRecord> read(
      InputFile file, String schema, PlainParquetConfiguration configuration) throws IOException {
    configuration.set("parquet.avro.read.schema", schema);
    configuration.set("parquet.avro.add-list-element-records", "false");
    return AvroParquetReader.<GenericRecord>builder(file, configuration)
        .withDataModel(GenericData.get())
        .build();
  }

  /** Makes an open file readable, again and again, but by one reader at a time. */
  static InputFile input(SeekableByteChannel channel) {
    return new ChannelFile(channel);
  }

  private record ChannelFile(SeekableByteChannel channel) implements InputFile {
    @Override
    public long getLength() throws IOException {
      return channel.size();
    }

    @Override
    public SeekableInputStream newStream() {
      return new ChannelStream(channel);
    }
  }

  private static final class ChannelStream extends DelegatingSeekableInputStream {
    private final SeekableByteChannel channel;

    ChannelStream(SeekableByteChannel channel) {
      super(java.nio.channels.Channels.newInputStream(channel));
      this.channel = channel;
    }

    /** The channel is closed by whoever opened it. */
    @Override
    public void close() {}

    @Override
    public long getPos() throws IOException {
      return channel.position();
    }

    @Override
    public void seek(long position) throws IOException {
      channel.position(position);
    }

    @Override
    public void readFully(ByteBuffer buffer) throws IOException {
      while (buffer.hasRemaining()) {
        if (channel.read(buffer) < 0) {
          throw new EOFException();
        }
      }
    }
  }

  private record DraftFile(Draft draft) implements OutputFile {
    @Override
    public PositionOutputStream create(long blockSizeHint) throws IOException {
      return createOrOverwrite(blockSizeHint);
    }

    @Override
    public PositionOutputStream createOrOverwrite(long blockSizeHint) throws IOException {
      return new CountingStream(draft.begin());
    }

    @Override
    public boolean supportsBlockSize() {
      return false;
    }

    @Override
    public long defaultBlockSize() {
      return 0;
    }
  }

  private static final class CountingStream extends PositionOutputStream {
    private final OutputStream out;
    private long position;

    CountingStream(OutputStream out) {
      this.out = out;
    }

    @Override
    public long getPos() {
      return position;
    }

    @Override
    public void write(int b) throws IOException {
      out.write(b);
      position++;
    }

    @Override
    public void write(byte[] bytes, int from, int length) throws IOException {
      out.write(bytes, from, length);
      position += length;
    }

    @Override
    public void flush() throws IOException {
      out.flush();
    }

    @Override
    public void close() throws IOException {
      out.close();
    }
  }
}
