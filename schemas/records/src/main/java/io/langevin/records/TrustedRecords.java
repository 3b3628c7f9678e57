package io.langevin.records;

import org.apache.avro.util.ClassSecurityValidator;

/**
 * Avro makes only classes that the process trusts, so that a schema cannot name others. This adds
 * the records of this package, and nothing else, to what is trusted already.
 */
final class TrustedRecords {
    static {
        String own = TrustedRecords.class.getPackageName();
        ClassSecurityValidator.setGlobal(
                ClassSecurityValidator.composite(
                        ClassSecurityValidator.getGlobal(),
                        type -> type.getPackageName().equals(own)));
    }

    private TrustedRecords() {}

    /** Every record calls it before it is first used; a second call changes nothing. */
    static void trust() {}
}
