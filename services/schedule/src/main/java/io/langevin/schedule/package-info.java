/** The schedule service: Techniques 1, 2 and 4 of the paper, computed from a data set. */
package io.langevin.schedule;
