package dev.circlebeam.sink.parquet;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.circlebeam.catalog.Column;
import dev.circlebeam.catalog.Table;
import dev.circlebeam.report.RunFailure;
import dev.circlebeam.state.AtomicFile;
import dev.circlebeam.state.OutputGuard;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.Schema;

/**
 * What a table's files have in common, kept in {@code _table.json} beside them: key, partition
 * column, number of buckets, columns. The first three never change, since they decide which file a
 * row is in; columns are only added, at the end.
 */
final class TableManifest {
  private static final String FILE = "_table.json";
  private static final ObjectMapper JSON = new ObjectMapper();

  private TableManifest() {}

  /**
   * Checks that a table can be written into a folder.
   *
   * @param folder the table's folder; need not be there
   * @param table the table
   * @param columns the columns that are written
   * @return the schema of its files: the columns that are there, in their order, then new ones
   * @throws RunFailure when the folder's files are of another table, or its {@code _table.json} is
   *     damaged
   */
  static Schema check(Path folder, Table table, Schema columns) {
    Path file = folder.resolve(FILE);
    if (!Files.exists(file)) {
      return inFiles(table, columns, columns.getFields());
    }
    try {
      return union(file.toString(), Files.readAllBytes(file), table, columns);
    } catch (IOException e) {
      throw damaged(file.toString());
    }
  }

  /**
   * Puts the columns of a table's files and those that are to be written together.
   *
   * @param file names the manifest
   * @param bytes the manifest
   */
  static Schema union(String file, byte[] bytes, Table table, Schema columns) {
    JsonNode manifest = read(file, bytes);
    same(file, "primary_key", table.primaryKey().toString(), texts(manifest.path("primary_key")));
    same(
        file,
        "partition_by",
        String.valueOf(table.partitionBy()),
        manifest.path("partition_by").asText("null"));
    same(file, "buckets", "" + table.buckets(), manifest.path("buckets").asText());
    return union(file, table, columns, manifest.path("columns"));
  }

  /**
   * Makes sure that a table's {@code _table.json} is there and names all columns, whoever else adds
   * some at the same time.
   *
   * @return the schema of the table's files; it has the columns of all that are there now
   * @throws IOException when it cannot be written
   */
  static Schema ensure(OutputGuard guard, Table table, Schema columns) throws IOException {
    Path folder = Path.of(guard.output(), table.name());
    Schema schema = check(folder, table, columns);
    if (isWritten(folder, json(table, schema))) {
      return schema;
    }
    return guard.replacing(
        () -> {
          Schema now = check(folder, table, columns);
          byte[] wanted = json(table, now);
          if (!isWritten(folder, wanted)) {
            AtomicFile.write(folder.resolve(FILE), wanted);
          }
          return now;
        });
  }

  private static boolean isWritten(Path folder, byte[] wanted) throws IOException {
    Path file = folder.resolve(FILE);
    return Files.exists(file) && Arrays.equals(Files.readAllBytes(file), wanted);
  }

  private static Schema union(String file, Table table, Schema columns, JsonNode known) {
    List<Schema.Field> fields = new ArrayList<>();
    Set<String> names =
        columns.getFields().stream().map(Schema.Field::name).collect(Collectors.toSet());
    for (JsonNode column : known) {
      String name = column.path("name").asText();
      Schema type = type(file, column.path("type"));
      Schema.Field declared = table.schema().getField(name);
      if (declared == null) {
        throw RunFailure.misconfigured(
            file + " has a column " + name + " that this catalogue lacks",
            "use the version of circlebeam that wrote it, or give another --output");
      }
      if (!sameType(declared.schema(), type)) {
        throw RunFailure.misconfigured(
            String.format(
                "%s has the column %s as %s, the catalogue as %s",
                file, name, type, declared.schema()),
            "types never change: give another --output");
      }
      if (fields.contains(declared)) {
        throw damaged(file);
      }
      fields.add(declared);
      names.remove(name);
    }
    for (Schema.Field field : columns.getFields()) {
      if (names.contains(field.name())) {
        fields.add(field);
      }
    }
    return inFiles(table, columns, fields);
  }

  /**
   * In files every column may be null that does not decide where a row is: it may be left out by
   * one run, or be newer than a file.
   */
  private static Schema inFiles(Table table, Schema columns, List<Schema.Field> fields) {
    List<Schema.Field> nullable = new ArrayList<>();
    for (Schema.Field field : fields) {
      boolean always =
          Column.isNullable(field)
              || table.primaryKey().contains(field.name())
              || field.name().equals(table.partitionBy());
      nullable.add(
          always
              ? new Schema.Field(field, field.schema())
              : new Schema.Field(
                  field.name(),
                  Schema.createUnion(Schema.create(Schema.Type.NULL), field.schema()),
                  field.doc(),
                  Schema.Field.NULL_DEFAULT_VALUE));
    }
    return Schema.createRecord(
        columns.getName(), columns.getDoc(), columns.getNamespace(), false, nullable);
  }

  /**
   * Documentation and names of nested records may change; what the files hold may not. The declared
   * type leads: one from a file may hold itself.
   */
  private static boolean sameType(Schema declared, Schema found) {
    Schema ours = Column.type(declared);
    Schema theirs = found;
    if (found.isUnion()) {
      if (found.getTypes().size() != 2 || !found.isNullable()) {
        return false;
      }
      theirs = Column.type(found);
    }
    if (ours.getType() != theirs.getType()
        || Column.isTimestamp(ours) != Column.isTimestamp(theirs)) {
      return false;
    }
    return switch (ours.getType()) {
      case RECORD -> sameFields(ours.getFields(), theirs.getFields());
      case ARRAY -> sameType(ours.getElementType(), theirs.getElementType());
      default -> true;
    };
  }

  private static boolean sameFields(List<Schema.Field> ours, List<Schema.Field> theirs) {
    if (ours.size() != theirs.size()) {
      return false;
    }
    for (int i = 0; i < ours.size(); i++) {
      if (!ours.get(i).name().equals(theirs.get(i).name())
          || !sameType(ours.get(i).schema(), theirs.get(i).schema())) {
        return false;
      }
    }
    return true;
  }

  private static Schema type(String file, JsonNode type) {
    try {
      return new Schema.Parser().parse(type.toString());
    } catch (AvroRuntimeException e) {
      throw damaged(file);
    }
  }

  private static void same(String file, String what, String ours, String theirs) {
    if (!ours.equals(theirs)) {
      throw RunFailure.misconfigured(
          String.format("%s says %s is %s, the catalogue says %s", file, what, theirs, ours),
          "the output belongs to another table: give another --output");
    }
  }

  static byte[] json(Table table, Schema schema) throws IOException {
    ObjectNode json = JSON.createObjectNode();
    json.put("table", table.name());
    table.primaryKey().forEach(json.putArray("primary_key")::add);
    json.put("partition_by", table.partitionBy());
    json.put("buckets", table.buckets());
    ArrayNode columns = json.putArray("columns");
    for (Schema.Field field : schema.getFields()) {
      columns
          .addObject()
          .put("name", field.name())
          .set("type", JSON.readTree(field.schema().toString()));
    }
    return JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(json);
  }

  private static String texts(JsonNode array) {
    List<String> texts = new ArrayList<>();
    array.forEach(text -> texts.add(text.asText()));
    return texts.toString();
  }

  private static JsonNode read(String file, byte[] bytes) {
    try {
      JsonNode manifest = JSON.readTree(bytes);
      if (manifest != null && manifest.path("columns").isArray()) {
        return manifest;
      }
    } catch (IOException e) {
      throw damaged(file);
    }
    throw damaged(file);
  }

  private static RunFailure damaged(String file) {
    return RunFailure.misconfigured(
        file + " cannot be read, or is none of circlebeam's",
        "restore it from a copy, or give another --output");
  }
}
