/**
 * The workflow of a run and the states of requests, as topologies of Kafka Streams. {@link
 * io.langevin.operations.workflow.RunRules} says what an event makes of a run.
 */
package io.langevin.operations.workflow;
