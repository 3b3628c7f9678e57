package io.langevin.process;

/** What every service's configuration has. */
public interface ServiceConfig {
    /**
     * Returns when all is there that the service cannot start without.
     *
     * @throws ConfigurationException where it will not be there
     */
    void awaitNeeds() throws InterruptedException;
}
