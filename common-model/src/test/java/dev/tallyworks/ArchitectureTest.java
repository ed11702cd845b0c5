package dev.tallyworks;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** The domain knows no framework and no driver; only the adapters do. */
@AnalyzeClasses(packages = "dev.tallyworks", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
    private static final String[] ADAPTERS = {
        "dev.tallyworks.mongo..", "dev.tallyworks.redis..", "dev.tallyworks.telemetry.."
    };

    @ArchTest
    static final ArchRule DOMAIN_IS_PLAIN_JAVA = classes()
            .that()
            .resideInAPackage("dev.tallyworks..")
            .and()
            .resideOutsideOfPackages(ADAPTERS)
            .and()
            .resideOutsideOfPackage("dev.tallyworks.servers..") // of the tests
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage("java..", "dev.tallyworks..", "org.jspecify.annotations..", "org.jboss.logging..");

    @ArchTest
    static final ArchRule NOBODY_HERE_KNOWS_A_FRAMEWORK = noClasses()
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.quarkus..", "io.smallrye..", "jakarta..", "org.eclipse.microprofile..");

    @ArchTest
    static final ArchRule ONLY_MONGO_KNOWS_MONGODB = noClasses()
            .that()
            .resideOutsideOfPackage("dev.tallyworks.mongo..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("com.mongodb..", "org.bson..");

    @ArchTest
    static final ArchRule ONLY_REDIS_KNOWS_REDIS = noClasses()
            .that()
            .resideOutsideOfPackage("dev.tallyworks.redis..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.vertx..");

    @ArchTest
    static final ArchRule ONLY_TELEMETRY_KNOWS_HOW_IT_IS_WATCHED = noClasses()
            .that()
            .resideOutsideOfPackage("dev.tallyworks.telemetry..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.micrometer..", "io.opentelemetry..");

    @ArchTest
    static final ArchRule THE_DOMAIN_KNOWS_NO_ADAPTER = noClasses()
            .that()
            .resideOutsideOfPackages(ADAPTERS)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(ADAPTERS);

    @ArchTest
    static final ArchRule THE_APPLICATIONS_ARE_UNKNOWN_HERE = noClasses()
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("dev.tallyworks.api..", "dev.tallyworks.worker..");

    @ArchTest
    static final ArchRule NO_CYCLES =
            slices().matching("dev.tallyworks.(*)..").should().beFreeOfCycles();
}
