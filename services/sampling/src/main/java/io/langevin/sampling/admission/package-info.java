/**
 * From the stream to work: requests are checked, those that were here before are answered, and the
 * others wait until all is there that they need.
 */
package io.langevin.sampling.admission;
