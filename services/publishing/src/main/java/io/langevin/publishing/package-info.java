/** The publishing service: of the candidates of a training, one becomes what samplers use. */
package io.langevin.publishing;
