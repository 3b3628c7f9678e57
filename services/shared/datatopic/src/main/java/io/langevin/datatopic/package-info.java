/**
 * Data sets that are topics: images that anybody publishes, read by ranges of offsets. {@link
 * io.langevin.datatopic.DatasetLibrary} finds a data set of any kind by its name in an event.
 */
package io.langevin.datatopic;
