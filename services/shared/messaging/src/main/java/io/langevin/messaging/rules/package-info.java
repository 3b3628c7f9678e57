/** Rules that records must keep, and the refusal of one that does not. */
package io.langevin.messaging.rules;
