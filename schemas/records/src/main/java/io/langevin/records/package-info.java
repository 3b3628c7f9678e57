/**
 * The contract: one Avro record a topic, generated from {@code src/main/avro}. Released schemas lie
 * frozen in {@code released/<Record>/<n>.avsc}; a change must read and be read by all of them.
 */
package io.langevin.records;
