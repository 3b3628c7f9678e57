/** Dead letters for people: what there is, and what becomes of it. */
package io.langevin.messaging.letters;
