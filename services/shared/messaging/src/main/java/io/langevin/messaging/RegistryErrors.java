package io.langevin.messaging;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.confluent.kafka.schemaregistry.client.rest.exceptions.RestClientException;
import java.io.IOException;
import java.util.Set;

/** Tells a registry that is out of reach from one that answers with a refusal. */
final class RegistryErrors {
    private static final int FIRST_SERVER_ERROR = 500;

    /** Timed out, and too many requests: the same question may be answered later. */
    private static final Set<Integer> LATER = Set.of(408, 429);

    private RegistryErrors() {}

    static boolean isAway(RestClientException e) {
        return e.getStatus() >= FIRST_SERVER_ERROR || LATER.contains(e.getStatus());
    }

    /**
     * The client says by a plain IOException that it cannot make a schema of the registry's answer;
     * what goes wrong on the way to the registry is one of that class's many children. An answer
     * that is no JSON comes from something else in the registry's place.
     */
    static boolean isAway(IOException e) {
        return e instanceof JsonProcessingException || e.getClass() != IOException.class;
    }
}
