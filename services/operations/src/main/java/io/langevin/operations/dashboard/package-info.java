/** The page and its HTTP API: {@link io.langevin.operations.dashboard.OperationsApi}. */
package io.langevin.operations.dashboard;
