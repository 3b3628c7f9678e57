/**
 * The paper's figures, each a command that writes a picture and the numbers in it. Everything runs
 * in this process, without a broker.
 */
package io.langevin.paper;
