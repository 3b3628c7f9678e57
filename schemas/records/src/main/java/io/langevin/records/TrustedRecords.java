package io.langevin.records;

import org.apache.avro.util.ClassSecurityValidator;

/**
 * Avro makes only classes that the process trusts, so that a schema cannot name others. This adds
 * the records of this package, and nothing else, to what is trusted already.
 */
public final class TrustedRecords {
    private TrustedRecords() {}

    /** Call it before the first use of a record; a second call changes nothing that matters. */
    public static void trust() {
        String own = TrustedRecords.class.getPackageName();
        ClassSecurityValidator.setGlobal(
                ClassSecurityValidator.composite(
                        ClassSecurityValidator.getGlobal(),
                        type -> type.getPackageName().equals(own)));
    }
}
