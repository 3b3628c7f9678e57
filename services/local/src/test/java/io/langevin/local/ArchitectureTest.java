package io.langevin.local;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import com.tngtech.archunit.library.dependencies.Slice;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;

/** The arrows of ARCHITECTURE.md, as they are in the byte code of everything. */
@AnalyzeClasses(packages = "io.langevin", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
    private static final String[] SERVICES = {
        "..schedule..", "..training..", "..publishing..", "..sampling..", "..operations.."
    };

    @ArchTest
    static final ArchRule no_package_depends_on_itself_in_a_circle =
            slices().matching("io.langevin.(*)..").should().beFreeOfCycles();

    /** A class with those inside it is one room. */
    @ArchTest
    static final ArchRule no_class_depends_on_itself_in_a_circle =
            slices().assignedFrom(
                            new SliceAssignment() {
                                @Override
                                public SliceIdentifier getIdentifierOf(JavaClass type) {
                                    return type.getPackageName().equals("io.langevin.records")
                                            ? SliceIdentifier.ignore() // Avro makes them
                                            : SliceIdentifier.of(outermost(type).getName());
                                }

                                @Override
                                public String getDescription() {
                                    return "every class";
                                }
                            })
                    .should()
                    .beFreeOfCycles();

    private static JavaClass outermost(JavaClass type) {
        return type.getEnclosingClass().map(ArchitectureTest::outermost).orElse(type);
    }

    @ArchTest
    static final ArchRule inner_rooms_of_a_service_are_its_own =
            slices().matching("io.langevin.(sampling|operations).*..")
                    .should(
                            new ArchCondition<>("be used by their service alone") {
                                @Override
                                public void check(Slice inner, ConditionEvents events) {
                                    inner.forEach(type -> checkUsersOf(type, events));
                                }
                            });

    /** Requests enter by {@code request}, answers leave by {@code answers}. */
    @ArchTest
    static final ArchRule avro_stops_at_the_doors_of_sampling =
            noClasses()
                    .that()
                    .resideInAnyPackage(
                            "..sampling.admission..",
                            "..sampling.samplers..",
                            "..sampling.slots..",
                            "..sampling.work..")
                    .or()
                    .haveSimpleNameStartingWith("SamplingSession")
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage("org.apache.avro..", "io.langevin.records..");

    private static void checkUsersOf(JavaClass type, ConditionEvents events) {
        String service = type.getPackageName().split("\\.")[2];
        for (Dependency use : type.getDirectDependenciesToSelf()) {
            boolean own =
                    use.getOriginClass().getPackageName().startsWith("io.langevin." + service);
            if (!own) {
                events.add(SimpleConditionEvent.violated(use, use.getDescription()));
            }
        }
    }

    @ArchTest
    static final ArchRule a_process_knows_nothing_of_what_it_is_for =
            noClasses()
                    .that()
                    .resideInAPackage("io.langevin.process..")
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage(
                            "org.apache..",
                            "ai.djl..",
                            "io.langevin.messaging..",
                            "io.langevin.records..");

    @ArchTest
    static final ArchRule mathematics_knows_the_jdk_alone =
            noClasses()
                    .that()
                    .resideInAPackage("..noise..")
                    .should()
                    .dependOnClassesThat()
                    .resideOutsideOfPackages("io.langevin.noise..", "java..");

    @ArchTest
    static final ArchRule trajectories_are_arithmetic_over_plans =
            noClasses()
                    .that()
                    .resideInAPackage("..trajectory..")
                    .should()
                    .dependOnClassesThat()
                    .resideOutsideOfPackages(
                            "io.langevin.trajectory..", "io.langevin.noise..", "java..");

    @ArchTest
    static final ArchRule files_of_pytorch_are_read_by_the_jdk_alone =
            noClasses()
                    .that()
                    .resideInAPackage("..torchfiles..")
                    .should()
                    .dependOnClassesThat()
                    .resideOutsideOfPackages("io.langevin.torchfiles..", "java..");

    @ArchTest
    static final ArchRule avro_and_kafka_stop_at_the_services =
            noClasses()
                    .that()
                    .resideInAnyPackage(
                            "..noise..",
                            "..datasets..",
                            "..trajectory..",
                            "..torchfiles..",
                            "..score..",
                            "..quality..",
                            "..artifacts..")
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage(
                            "org.apache.avro..", "org.apache.kafka..", "io.langevin.records..");

    @ArchTest
    static final ArchRule messaging_knows_no_machine_learning =
            noClasses()
                    .that()
                    .resideInAPackage("..messaging..")
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage("ai.djl..", "..noise..", "..score..", "..datasets..");

    @ArchTest
    static final ArchRule services_know_nothing_of_each_other =
            slices().matching("io.langevin.(schedule|training|publishing|sampling|operations)..")
                    .should()
                    .notDependOnEachOther();

    @ArchTest
    static final ArchRule nothing_but_the_all_in_one_depends_on_a_service =
            noClasses()
                    .that()
                    .resideOutsideOfPackages("..local..", "..benchmarks..")
                    .and()
                    .resideOutsideOfPackages(SERVICES)
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage(SERVICES);

    @ArchTest
    static final ArchRule nothing_deserialises_java_objects =
            noClasses()
                    .should()
                    .dependOnClassesThat()
                    .haveFullyQualifiedName("java.io.ObjectInputStream");
}
