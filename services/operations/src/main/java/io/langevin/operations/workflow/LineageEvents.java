package io.langevin.operations.workflow;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.langevin.messaging.rules.RecordRules;
import io.langevin.records.JobStage;
import io.langevin.records.JobState;
import io.langevin.records.RetrainingRun;
import java.util.Optional;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.streams.processor.api.ContextualFixedKeyProcessor;
import org.apache.kafka.streams.processor.api.FixedKeyProcessorContext;
import org.apache.kafka.streams.processor.api.FixedKeyRecord;
import org.apache.kafka.streams.state.KeyValueStore;

/**
 * What comes of a run as run events of OpenLineage 2.0.2
 * (openlineage.io/spec/2-0-2/OpenLineage.json): a run reads a version of a data set and writes a
 * version of a model.
 */
final class LineageEvents extends ContextualFixedKeyProcessor<String, SpecificRecord, String> {
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
    private static final String NAMESPACE = "langevin";
    private static final String PRODUCER = "urn:langevin:operations";
    private static final String SPEC = "https://openlineage.io/spec/";

    private KeyValueStore<String, RetrainingRun> runs;

    @Override
    public void init(FixedKeyProcessorContext<String, String> context) {
        super.init(context);
        runs = context.getStateStore(RetrainingTopology.STORE);
    }

    @Override
    public void process(FixedKeyRecord<String, SpecificRecord> record) {
        if (!(record.value() instanceof JobState state)) {
            return;
        }
        RetrainingRun run = runs.get(record.key());
        type(state.getStage())
                .filter(type -> run != null && RecordRules.isId(state.getId()))
                .map(type -> event(type, state, run))
                .ifPresent(event -> context().forward(record.withValue(event.toString())));
    }

    /** Empty for a stage between begin and end. */
    private static Optional<String> type(JobStage stage) {
        return switch (stage) {
            case SCHEDULING -> Optional.of("START");
            case PUBLISHING -> Optional.of("RUNNING");
            case COMPLETED -> Optional.of("COMPLETE");
            case FAILED -> Optional.of("FAIL");
            case CANCELLED -> Optional.of("ABORT");
            case WAITING, TRAINING, EXPIRED, PAUSED, STALLED -> Optional.empty();
        };
    }

    static ObjectNode event(String type, JobState state, RetrainingRun run) {
        ObjectNode event = JSON.objectNode();
        event.put("eventType", type);
        event.put("eventTime", state.getUpdatedAt().toString());
        ObjectNode of = event.putObject("run");
        of.put("runId", state.getId());
        if (type.equals("FAIL")) {
            ObjectNode error = facet(of, "errorMessage", "1-0-1/ErrorMessageRunFacet");
            error.put("message", state.getDetail());
            error.put("programmingLanguage", "java");
        }
        ObjectNode job = event.putObject("job");
        job.put("namespace", NAMESPACE);
        job.put("name", "retrain." + state.getModel());
        event.putArray("inputs").add(data(run));
        var outputs = event.putArray("outputs");
        if (state.getCheckpoint() != null) {
            outputs.add(versioned("model/" + state.getModel(), state.getCheckpoint()));
        }
        event.put("producer", PRODUCER);
        event.put("schemaURL", SPEC + "2-0-2/OpenLineage.json#/$defs/RunEvent");
        return event;
    }

    private static ObjectNode data(RetrainingRun run) {
        String name = run.getRequest().getDataset();
        if (run.getSchedule() == null) {
            return dataset(name);
        }
        String version = run.getSchedule().getDatasetFingerprint();
        return versioned(
                run.getSchedule().getDataset().isEmpty() ? name : run.getSchedule().getDataset(),
                version);
    }

    private static ObjectNode versioned(String name, String version) {
        ObjectNode dataset = dataset(name);
        facet(dataset, "version", "1-0-1/DatasetVersionDatasetFacet")
                .put("datasetVersion", version);
        return dataset;
    }

    private static ObjectNode dataset(String name) {
        return JSON.objectNode().put("namespace", NAMESPACE).put("name", name);
    }

    private static ObjectNode facet(ObjectNode owner, String name, String schema) {
        String type = schema.substring(schema.indexOf('/') + 1);
        return owner.withObject("/facets")
                .putObject(name)
                .put("_producer", PRODUCER)
                .put("_schemaURL", SPEC + "facets/" + schema + ".json#/$defs/" + type);
    }
}
