/**
 * Who has the device next: {@link io.langevin.sampling.slots.DeviceTurns} among networks, {@link
 * io.langevin.sampling.slots.SlotShares} among the requests of a network.
 */
package io.langevin.sampling.slots;
