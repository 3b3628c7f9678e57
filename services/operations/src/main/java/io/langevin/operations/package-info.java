/**
 * What holds the platform together: {@link io.langevin.operations.RetrainingTopology} moves a run
 * from request to published checkpoint, {@link io.langevin.operations.JobStateTopology} keeps the
 * latest state of every request and run, {@link io.langevin.operations.OperationsApi} shows it to
 * people.
 */
package io.langevin.operations;
