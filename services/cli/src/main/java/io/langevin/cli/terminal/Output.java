package io.langevin.cli.terminal;

import static io.langevin.messaging.rules.RecordRules.require;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.langevin.messaging.text.RecordJson;
import org.apache.avro.generic.IndexedRecord;
import picocli.CommandLine.Option;

/** In which form a command prints what it lists. */
public final class Output {
    private static final JsonMapper MAPPER =
            JsonMapper.builder().enable(JsonWriteFeature.ESCAPE_NON_ASCII).build();

    private static final String TABLE = "table";
    private static final String JSON = "json";

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FORM",
            defaultValue = TABLE,
            description =
                    "table, or json: one object a line, with the fields of its record (default:"
                            + " table).")
    private String form;

    /**
     * @throws io.langevin.messaging.rules.RejectedException where there is no such form
     */
    public boolean isJson() {
        require(form.equals(TABLE) || form.equals(JSON), "--output", "be table or json", form);
        return form.equals(JSON);
    }

    /** Prints a record as one line of JSON. */
    public static void json(IndexedRecord record) {
        json(RecordJson.of(record));
    }

    /** Prints one line of JSON; characters that a terminal would obey are escaped in it. */
    public static void json(JsonNode node) {
        try {
            System.out.println(MAPPER.writeValueAsString(node));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a tree is JSON", e);
        }
    }
}
