/**
 * The platform from a Java program. {@link io.langevin.client.Langevin} asks for images and runs by
 * futures and hands out what is on the topics; {@link io.langevin.client.PlatformClient} has the
 * topics themselves, for whoever waits on a thread of his own.
 */
package io.langevin.client;
