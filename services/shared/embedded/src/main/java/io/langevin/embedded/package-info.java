/**
 * A real Kafka broker inside this process and a real schema registry beside it: what {@code
 * ./langevin up} runs on, and what tests talk to.
 */
package io.langevin.embedded;
