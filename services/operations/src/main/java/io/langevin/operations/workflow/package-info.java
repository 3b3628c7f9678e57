/**
 * The workflow of a run, the states of requests and standing rules, as topologies. {@link
 * io.langevin.operations.workflow.RunRules} says what an event makes of a run.
 */
package io.langevin.operations.workflow;
