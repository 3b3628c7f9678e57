/** From the bytes of one image file to pixels of the size asked for. */
package io.langevin.datasets.pixels;
