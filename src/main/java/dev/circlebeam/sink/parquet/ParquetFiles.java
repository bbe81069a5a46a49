package dev.circlebeam.sink.parquet;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.apache.parquet.avro.AvroParquetReader;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.hadoop.ParquetReader;
import org.apache.parquet.io.DelegatingSeekableInputStream;
import org.apache.parquet.io.InputFile;
import org.apache.parquet.io.SeekableInputStream;

/** Reads Parquet files that were written here. (Beam's own way to do so is not public.) */
final class ParquetFiles {
  private static final String AVRO_SCHEMA = "parquet.avro.schema";

  private ParquetFiles() {}

  /** Returns the schema that a file was written with. */
  static Schema schema(Path path) throws IOException {
    try (ParquetFileReader reader = ParquetFileReader.open(new ChannelFile(path))) {
      String json = reader.getFooter().getFileMetaData().getKeyValueMetaData().get(AVRO_SCHEMA);
      if (json == null) {
        throw new IOException(path + " was not written by circlebeam");
      }
      return new Schema.Parser().parse(json);
    } catch (RuntimeException e) {
      // So Parquet says of a file that is damaged.
      throw new IOException(path + " cannot be read: " + e.getMessage(), e);
    }
  }

  /** Opens a file; columns that it lacks are read as null. */
  static ParquetReader<GenericRecord> read(Path path, Schema schema) throws IOException {
    PlainParquetConfiguration configuration = new PlainParquetConfiguration();
    configuration.set("parquet.avro.read.schema", schema.toString());
    configuration.set("parquet.avro.add-list-element-records", "false");
    return AvroParquetReader.<GenericRecord>builder(new ChannelFile(path), configuration)
        .withDataModel(GenericData.get())
        .build();
  }

  private record ChannelFile(Path path) implements InputFile {
    @Override
    public long getLength() throws IOException {
      return Files.size(path);
    }

    @Override
    public SeekableInputStream newStream() throws IOException {
      return new ChannelStream(Files.newByteChannel(path));
    }
  }

  private static final class ChannelStream extends DelegatingSeekableInputStream {
    private final SeekableByteChannel channel;

    ChannelStream(SeekableByteChannel channel) {
      super(java.nio.channels.Channels.newInputStream(channel));
      this.channel = channel;
    }

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
}
