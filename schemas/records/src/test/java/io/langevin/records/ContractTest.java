package io.langevin.records;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.avro.Schema;
import org.apache.avro.SchemaValidatorBuilder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Nobody who reads or writes a topic is broken by a change. To release a changed schema, look at
 * the difference, then run the command in CONTRIBUTING.md once and commit the file.
 */
class ContractTest {
    private static final Path RELEASED = Path.of("released");

    /** One a topic, the four that the workflow keeps in topics of its own, and a blob's. */
    static List<Schema> schemas() {
        return List.of(
                SampleRequest.SCHEMA$,
                GeneratedImage.SCHEMA$,
                SampleOutcome.SCHEMA$,
                SamplePreview.SCHEMA$,
                RetrainingRequest.SCHEMA$,
                ScheduleJob.SCHEMA$,
                ScheduleResult.SCHEMA$,
                TrainingJob.SCHEMA$,
                TrainingResult.SCHEMA$,
                TrainingProgress.SCHEMA$,
                PublishingJob.SCHEMA$,
                JudgingJob.SCHEMA$,
                JudgingResult.SCHEMA$,
                HandledLetter.SCHEMA$,
                PublishingResult.SCHEMA$,
                JudgedCheckpoint.SCHEMA$,
                PublishedCheckpoint.SCHEMA$,
                ModelChange.SCHEMA$,
                ModelChangeResult.SCHEMA$,
                Cancellation.SCHEMA$,
                CancellationOutcome.SCHEMA$,
                RunOrder.SCHEMA$,
                SavedRequest.SCHEMA$,
                SavedSampling.SCHEMA$,
                JobState.SCHEMA$,
                JobAttempts.SCHEMA$,
                KeptRecord.SCHEMA$,
                DatasetImage.SCHEMA$,
                DatasetState.SCHEMA$,
                RetrainingPolicy.SCHEMA$,
                StandingPolicy.SCHEMA$,
                RetrainingRun.SCHEMA$,
                RunEvent.SCHEMA$);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("schemas")
    void every_type_and_field_has_a_doc_sentence(Schema schema) {
        List<String> undocumented = new ArrayList<>();
        collectUndocumented(schema, new HashSet<>(), undocumented);
        assertThat(undocumented).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("schemas")
    void todays_schema_and_all_released_ones_read_each_other(Schema schema) throws Exception {
        var validator = new SchemaValidatorBuilder().mutualReadStrategy().validateAll();
        List<Schema> released = released(schema);
        assertThat(released.isEmpty() && System.getProperty("freeze") == null)
                .as("%s was never released (see CONTRIBUTING.md)", schema.getName())
                .isFalse();
        validator.validate(schema, released);
    }

    @ParameterizedTest
    @MethodSource("schemas")
    void todays_schema_is_the_one_released_last(Schema schema) throws IOException {
        List<Schema> released = released(schema);
        boolean unchanged = !released.isEmpty() && released.get(released.size() - 1).equals(schema);
        if (!unchanged && System.getProperty("freeze") != null) {
            Path folder = Files.createDirectories(RELEASED.resolve(schema.getName()));
            Path file = folder.resolve((released.size() + 1) + ".avsc");
            Files.writeString(file, schema.toString(true) + "\n");
            return;
        }
        assertThat(unchanged)
                .as(
                        "%s differs from the schema released last (see CONTRIBUTING.md)",
                        schema.getName())
                .isTrue();
    }

    @Test
    void every_released_folder_belongs_to_a_schema_of_today() throws IOException {
        try (Stream<Path> folders = Files.list(RELEASED)) {
            assertThat(folders.map(folder -> folder.getFileName().toString()))
                    .isSubsetOf(schemas().stream().map(Schema::getName).toList());
        }
    }

    private static List<Schema> released(Schema schema) throws IOException {
        Path folder = RELEASED.resolve(schema.getName());
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        List<Schema> released = new ArrayList<>();
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.sorted(Comparator.comparingInt(ContractTest::number)).toList()) {
                released.add(new Schema.Parser().parse(Files.readString(file)));
            }
        }
        return released;
    }

    private static int number(Path file) {
        return Integer.parseInt(file.getFileName().toString().replace(".avsc", ""));
    }

    private static void collectUndocumented(Schema schema, Set<String> seen, List<String> found) {
        switch (schema.getType()) {
            case RECORD -> {
                if (!seen.add(schema.getFullName())) {
                    return;
                }
                if (isBlank(schema.getDoc())) {
                    found.add(schema.getName());
                }
                for (Schema.Field field : schema.getFields()) {
                    if (isBlank(field.doc())) {
                        found.add(schema.getName() + "." + field.name());
                    }
                    collectUndocumented(field.schema(), seen, found);
                }
            }
            case ENUM -> {
                if (isBlank(schema.getDoc())) {
                    found.add(schema.getName());
                }
            }
            case UNION -> schema.getTypes().forEach(t -> collectUndocumented(t, seen, found));
            case ARRAY -> collectUndocumented(schema.getElementType(), seen, found);
            case MAP -> collectUndocumented(schema.getValueType(), seen, found);
            default -> {}
        }
    }

    private static boolean isBlank(String text) {
        return text == null || text.isBlank();
    }
}
