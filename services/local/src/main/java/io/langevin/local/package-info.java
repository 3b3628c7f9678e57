/**
 * Everything in one process: {@link io.langevin.local.LocalPlatform} is a broker, a registry and
 * every service on one data folder; {@link io.langevin.local.Langevin} is the command line with
 * {@code up} and {@code demo}.
 */
package io.langevin.local;
