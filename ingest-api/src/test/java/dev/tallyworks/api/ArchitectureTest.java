package dev.tallyworks.api;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** The two applications know nothing of each other, and drivers are met only where things are put together. */
@AnalyzeClasses(packages = "dev.tallyworks", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
    @ArchTest
    static final ArchRule THE_OTHER_APPLICATION_IS_UNKNOWN =
            noClasses().should().dependOnClassesThat().resideInAPackage("dev.tallyworks.worker..");

    @ArchTest
    static final ArchRule ONLY_WIRING_KNOWS_DRIVERS_AND_ADAPTERS = noClasses()
            .that()
            .resideInAPackage("dev.tallyworks.api..")
            .and()
            .resideOutsideOfPackage("dev.tallyworks.api.wiring..")
            .and()
            .haveSimpleNameNotEndingWith("Wiring")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "com.mongodb..",
                    "org.bson..",
                    "io.vertx.redis..",
                    "dev.tallyworks.mongo..",
                    "dev.tallyworks.redis..");

    @ArchTest
    static final ArchRule NO_CYCLES =
            slices().matching("dev.tallyworks.api.(*)..").should().beFreeOfCycles();
}
