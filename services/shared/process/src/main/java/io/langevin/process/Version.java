package io.langevin.process;

/** The version of the platform, that of its pom. */
public final class Version {
    public static final String NUMBER = "0.1.0";

    private Version() {}
}
