/** What leaves the service: images, outcomes, previews and saved states, as records and files. */
package io.langevin.sampling.answers;
