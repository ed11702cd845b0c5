package dev.tallyworks.cli;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

@AnalyzeClasses(packages = "dev.tallyworks.cli", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
    @ArchTest
    static final ArchRule PACKAGES_FORM_NO_CYCLE =
            slices().matching("dev.tallyworks.cli.(*)..").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule THE_CLIENT_KNOWS_NO_COMMAND_LINE = noClasses()
            .that()
            .resideInAnyPackage("dev.tallyworks.cli.api..", "dev.tallyworks.cli.console..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("picocli..");
}
