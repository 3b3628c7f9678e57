/**
 * What holds the platform together: {@link io.langevin.operations.workflow.RetrainingTopology}
 * moves a run from request to published checkpoint, {@link
 * io.langevin.operations.workflow.JobStateTopology} keeps the latest state of every request and
 * run, {@link io.langevin.operations.dashboard.OperationsApi} shows it to people.
 */
package io.langevin.operations;
