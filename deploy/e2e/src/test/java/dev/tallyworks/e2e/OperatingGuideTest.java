package dev.tallyworks.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.tallyworks.setting.SettingNames;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The guide says what is; {@code -Dtw.guide.write} writes its table of settings anew. */
class OperatingGuideTest {
    private static final Pattern SETTINGS =
            Pattern.compile("(?<=<!-- settings -->\n).*?(?=<!-- end of settings -->)", Pattern.DOTALL);
    private static final Pattern VARIABLE = Pattern.compile("\\b(?:TW|OTEL|TALLYWORKS|QUARKUS)_[A-Z0-9_]+\\b");
    private static final Pattern OWN_VARIABLE =
            Pattern.compile("(?<=^\\| `)(?:TW|TALLYWORKS)_[A-Z0-9_]+", Pattern.MULTILINE);
    private static final Pattern LONG_VARIABLE = Pattern.compile("\\bTALLYWORKS_[A-Z0-9_]*[A-Z0-9]\\b");
    private static final Pattern SETTING_FILES = Pattern.compile("\\.(java|ya?ml|md|tpl|txt)$|/[a-z-]+$");
    private static final Pattern OF_COMPOSE = Pattern.compile("\\$\\{(?<name>[A-Z_]+)");

    private final Path root = Path.of(System.getProperty("tw.root", "../..")).toAbsolutePath();
    private final Path guide = root.resolve("deploy/README.md");

    @Test
    void itsTableOfSettingsIsWhatTheApplicationsHave() throws IOException {
        String table = SettingsTable.of(root);
        String text = Files.readString(guide);
        Matcher settings = SETTINGS.matcher(text);
        assertThat(settings.find()).as("the place of the table").isTrue();
        if (Boolean.getBoolean("tw.guide.write")) {
            Files.writeString(guide, text.substring(0, settings.start()) + table + text.substring(settings.end()));
        } else {
            assertThat(settings.group())
                    .as("the table of settings in deploy/README.md; -Dtw.guide.write=true writes it")
                    .isEqualTo(table);
        }
    }

    /** A process warns of those that are not among them. */
    @Test
    void theApplicationsKnowTheirOwnNames() throws IOException {
        List<String> own = new ArrayList<>();
        Matcher variable = OWN_VARIABLE.matcher(SettingsTable.of(root));
        while (variable.find()) {
            own.add(variable.group());
        }
        assertThat(SettingNames.ALL).containsExactlyInAnyOrderElementsOf(own);
    }

    @Test
    void whatIsSetAnywhereIsASetting() throws IOException {
        List<String> set = new ArrayList<>();
        for (String folder : List.of("k8s", "deploy")) {
            try (Stream<Path> files = Files.walk(root.resolve(folder))) {
                for (Path file : files.filter(Files::isRegularFile)
                        .filter(path -> SETTING_FILES.matcher(path.toString()).find())
                        .filter(path -> !path.toString().contains("/target/"))
                        .filter(path -> !path.getFileName().toString().equals("SettingsIT.java"))
                        .toList()) {
                    Matcher variable = LONG_VARIABLE.matcher(Files.readString(file));
                    while (variable.find()) {
                        set.add(variable.group());
                    }
                }
            }
        }
        assertThat(set).hasSizeGreaterThan(20).allSatisfy(name -> assertThat(SettingNames.ALL)
                .contains(name));
    }

    @Test
    void itSaysWhatToDoAboutEachAlert() throws IOException {
        String text = Files.readString(guide);
        JsonNode rules = new YAMLMapper()
                .readTree(root.resolve("deploy/grafana/alerts.yaml").toFile());
        List<String> alerts = new ArrayList<>();
        rules.findValues("alert").forEach(alert -> alerts.add(alert.asText()));
        assertThat(alerts).isNotEmpty().allSatisfy(alert -> assertThat(text).contains("| " + alert + " |"));
    }

    @Test
    void theComposeFileNamesOnlyWhatThereIs() throws IOException {
        Path file = root.resolve("deploy/docker/compose.yaml");
        JsonNode compose = new YAMLMapper().readTree(file.toFile());
        Set<String> known = new LinkedHashSet<>();
        Matcher variable = VARIABLE.matcher(SettingsTable.of(root));
        while (variable.find()) {
            known.add(variable.group());
        }
        List<String> set = new ArrayList<>();
        compose.path("x-environment").fieldNames().forEachRemaining(set::add);
        assertThat(set).isNotEmpty().allSatisfy(name -> assertThat(known).contains(name));

        List<String> mounts = new ArrayList<>();
        for (JsonNode service : compose.path("services")) {
            service.path("volumes").forEach(volume -> mounts.add(volume.asText()));
        }
        assertThat(mounts.stream().filter(mount -> mount.startsWith(".")))
                .isNotEmpty()
                .allSatisfy(mount -> assertThat(file.resolveSibling(mount.substring(0, mount.indexOf(':'))))
                        .exists());
        String text = Files.readString(guide);
        Matcher asked = OF_COMPOSE.matcher(Files.readString(file));
        while (asked.find()) {
            assertThat(text).contains(asked.group("name"));
        }
    }
}
