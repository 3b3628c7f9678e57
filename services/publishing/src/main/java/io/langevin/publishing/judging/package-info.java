/** How good checkpoints are: by images that the samplers make of them, beside the data. */
package io.langevin.publishing.judging;
