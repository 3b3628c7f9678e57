package io.langevin.cli.terminal;

import static io.langevin.messaging.rules.RecordRules.require;

import com.fasterxml.jackson.databind.JsonNode;
import io.langevin.messaging.text.RecordJson;
import org.apache.avro.generic.IndexedRecord;
import picocli.CommandLine.Option;

/** In which form a command prints what it lists. */
public final class Output {
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
        System.out.println(node);
    }
}
