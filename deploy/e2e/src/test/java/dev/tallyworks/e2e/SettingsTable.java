package dev.tallyworks.e2e;

import com.github.javaparser.JavaParser;
import com.github.javaparser.ParserConfiguration;
import com.github.javaparser.ast.CompilationUnit;
import com.github.javaparser.ast.body.ClassOrInterfaceDeclaration;
import com.github.javaparser.ast.body.MethodDeclaration;
import com.github.javaparser.ast.expr.AnnotationExpr;
import com.github.javaparser.ast.expr.Expression;
import com.github.javaparser.ast.nodeTypes.NodeWithAnnotations;
import com.github.javaparser.ast.type.ClassOrInterfaceType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The table of all settings, made of what defines them: the interfaces that are mapped to settings with their javadoc, and the
 * variables in each application's {@code application.properties} with the comments above them.
 */
final class SettingsTable {
    private static final List<String> APPLICATIONS = List.of("ingest-api", "aggregator-worker");
    private static final Pattern PROPERTY = Pattern.compile("(?<key>[^#=%\\s][^=]*)=(?<value>.*)");
    private static final Pattern VARIABLE = Pattern.compile("\\$\\{(?<name>[A-Z][A-Z0-9_]*):(?<value>.*)}");
    private static final Pattern REFERENCE = Pattern.compile("\\$\\{(?<key>[a-z.-]+)}");
    /** Of what is fixed in application.properties, what an operator may want to set otherwise. */
    private static final Map<String, String> OF_QUARKUS = Map.of(
            "quarkus.http.port", "The port that is listened at.",
            "quarkus.shutdown.timeout", "How long requests under way may take to end when the process is told to stop.",
            "quarkus.redis.max-pool-size", "Connections to Redis at most.");

    private static final Map<String, String> UNITS_OF_QUARKUS = Map.of(
            "quarkus.http.port",
            "port",
            "quarkus.shutdown.timeout",
            "time",
            "quarkus.redis.max-pool-size",
            "connections");

    private final Path root;
    private final JavaParser parser =
            new JavaParser(new ParserConfiguration().setLanguageLevel(ParserConfiguration.LanguageLevel.JAVA_17));
    private final Map<String, Row> rows = new LinkedHashMap<>();

    private record Row(String variable, Map<String, String> defaults, String unit, String meaning) {
        /** One row of both applications', which must say the same. */
        Row and(Row other) {
            if (!unit.equals(other.unit) || !meaning.equals(other.meaning)) {
                throw new IllegalStateException(variable + " means two things: " + meaning + " (" + unit + "), "
                        + other.meaning + " (" + other.unit + ')');
            }
            Map<String, String> both = new LinkedHashMap<>(defaults);
            both.putAll(other.defaults);
            return new Row(variable, both, unit, meaning);
        }

        String line() {
            Set<String> values = new LinkedHashSet<>(defaults.values());
            String where = defaults.size() == APPLICATIONS.size()
                    ? "both"
                    : defaults.keySet().iterator().next();
            return "| `" + variable + "` | " + where + " | " + String.join(", ", values) + " | " + unit + " | "
                    + meaning + " |";
        }
    }

    private SettingsTable(Path root) {
        this.root = root;
    }

    static String of(Path root) throws IOException {
        SettingsTable table = new SettingsTable(root);
        for (String application : APPLICATIONS) {
            table.addVariables(application);
        }
        for (String application : APPLICATIONS) {
            table.addMappings(application);
        }
        for (String application : APPLICATIONS) {
            table.addOfQuarkus(application);
        }
        StringBuilder text =
                new StringBuilder("| variable | application | default | unit | meaning |\n|---|---|---|---|---|\n");
        table.rows.values().forEach(row -> text.append(row.line()).append('\n'));
        return text.toString();
    }

    private void add(String application, String variable, String defaultValue, String unit, String meaning) {
        if (meaning.isBlank()) {
            throw new IllegalStateException(variable + " of " + application + " does not say what it means");
        }
        String shown = defaultValue.isEmpty() ? "none" : '`' + defaultValue + '`';
        Row row = new Row(variable, Map.of(application, shown), unit, meaning.replace("|", "\\|"));
        rows.merge(variable, row, Row::and);
    }

    private Map<String, String> properties(String application, Map<String, String> comments) throws IOException {
        Map<String, String> properties = new LinkedHashMap<>();
        StringBuilder comment = new StringBuilder();
        for (String line :
                Files.readAllLines(root.resolve(application).resolve("src/main/resources/application.properties"))) {
            Matcher property = PROPERTY.matcher(line);
            if (line.startsWith("#")) {
                comment.append(comment.isEmpty() ? "" : " ")
                        .append(line.substring(1).strip());
            } else if (property.matches()) {
                properties.put(property.group("key"), property.group("value"));
                comments.put(property.group("key"), comment.toString());
                comment.setLength(0);
            } else {
                comment.setLength(0);
            }
        }
        return properties;
    }

    private void addVariables(String application) throws IOException {
        Map<String, String> comments = new LinkedHashMap<>();
        Map<String, String> properties = properties(application, comments);
        properties.forEach((key, value) -> {
            Matcher variable = VARIABLE.matcher(value);
            if (variable.find()) {
                Matcher reference = REFERENCE.matcher(variable.group("value"));
                String defaultValue = reference.matches()
                        ? properties.getOrDefault(reference.group("key"), "")
                        : variable.group("value");
                add(
                        application,
                        variable.group("name"),
                        defaultValue,
                        unit(defaultValue),
                        comments.getOrDefault(key, ""));
            }
        });
    }

    private void addOfQuarkus(String application) throws IOException {
        Map<String, String> properties = properties(application, new LinkedHashMap<>());
        OF_QUARKUS.keySet().stream()
                .sorted()
                .filter(properties::containsKey)
                .forEach(key -> add(
                        application,
                        variable(key),
                        properties.getOrDefault(key, ""),
                        UNITS_OF_QUARKUS.getOrDefault(key, ""),
                        OF_QUARKUS.getOrDefault(key, "")));
    }

    private static String unit(String value) {
        if (value.matches("true|false")) {
            return "true or false";
        }
        if (value.matches("\\d+(ms|s|m|h|d)")) {
            return "time";
        }
        if (value.matches("[a-z]+://.*")) {
            return "URL";
        }
        return value.matches("0\\.\\d+") ? "0 to 1" : "text";
    }

    private void addMappings(String application) throws IOException {
        Map<String, ClassOrInterfaceDeclaration> interfaces = new LinkedHashMap<>();
        for (String module : List.of("common-model", application)) {
            try (Stream<Path> files = Files.walk(root.resolve(module).resolve("src/main/java"))) {
                for (Path file : files.filter(path -> path.toString().endsWith(".java"))
                        .sorted()
                        .toList()) {
                    String text = Files.readString(file);
                    if (text.contains("interface ")) {
                        parse(file, text).findAll(ClassOrInterfaceDeclaration.class).stream()
                                .filter(ClassOrInterfaceDeclaration::isInterface)
                                .forEach(found -> interfaces.put(found.getNameAsString(), found));
                    }
                }
            }
        }
        for (ClassOrInterfaceDeclaration mapped : interfaces.values()) {
            argument(mapped, "ConfigMapping", "prefix")
                    .ifPresent(prefix -> addMethods(application, prefix, mapped, interfaces));
        }
    }

    private CompilationUnit parse(Path file, String text) {
        return parser.parse(text).getResult().orElseThrow(() -> new IllegalStateException("can't be read: " + file));
    }

    private void addMethods(
            String application,
            String prefix,
            ClassOrInterfaceDeclaration mapped,
            Map<String, ClassOrInterfaceDeclaration> interfaces) {
        Map<String, MethodDeclaration> inherited = new LinkedHashMap<>();
        for (ClassOrInterfaceType parent : mapped.getExtendedTypes()) {
            ClassOrInterfaceDeclaration found = interfaces.get(parent.getNameAsString());
            if (found == null) {
                throw new IllegalStateException(mapped.getNameAsString() + " extends an unknown interface: " + parent);
            }
            found.getMethods().stream()
                    .filter(method -> !method.isDefault() && !method.isStatic())
                    .forEach(method -> inherited.put(method.getNameAsString(), method));
        }
        Map<String, MethodDeclaration> all = new LinkedHashMap<>(inherited);
        mapped.getMethods().stream()
                .filter(method -> !method.isDefault() && !method.isStatic())
                .forEach(method -> all.put(method.getNameAsString(), method));
        all.forEach((name, method) -> {
            String property = argument(method, "WithName", "value").orElse(kebab(name));
            String documented = Stream.of(method, inherited.getOrDefault(name, method))
                    .map(SettingsTable::meaning)
                    .filter(text -> !text.isBlank())
                    .findFirst()
                    .orElse("");
            String type = method.getTypeAsString();
            ClassOrInterfaceDeclaration group = interfaces.get(type);
            if (group != null) {
                addMethods(application, prefix + '.' + property, group, interfaces);
                return;
            }
            Optional<String> defaultValue = argument(method, "WithDefault", "value");
            if (defaultValue.isEmpty() && !type.startsWith("Optional")) {
                throw new IllegalStateException(prefix + '.' + property + " has no default");
            }
            add(application, variable(prefix + '.' + property), defaultValue.orElse(""), unit(name, type), documented);
        });
    }

    private static String meaning(MethodDeclaration method) {
        return method.getJavadoc()
                .map(javadoc -> javadoc.getDescription()
                        .toText()
                        .replaceAll("\\{@(?:code|link|linkplain)\\s+([^}]*)}", "`$1`")
                        .replaceAll("\\s+", " ")
                        .strip())
                .orElse("");
    }

    private static String unit(String name, String type) {
        if (type.contains("Duration")) {
            return "time";
        }
        if (type.contains("oolean")) {
            return "true or false";
        }
        if (type.contains("String")) {
            return "text";
        }
        String[] words = kebab(name).replaceAll("-max$", "").split("-");
        return words[words.length - 1];
    }

    private static String kebab(String name) {
        return name.replaceAll("([a-z0-9])([A-Z])", "$1-$2").toLowerCase(Locale.ROOT);
    }

    private static String variable(String property) {
        return property.replaceAll("[^a-zA-Z0-9]", "_").toUpperCase(Locale.ROOT);
    }

    private static Optional<String> argument(NodeWithAnnotations<?> of, String annotation, String name) {
        Function<AnnotationExpr, Optional<Expression>> value = found -> found.isSingleMemberAnnotationExpr()
                ? Optional.of(found.asSingleMemberAnnotationExpr().getMemberValue())
                : found.toNormalAnnotationExpr().flatMap(normal -> normal.getPairs().stream()
                        .filter(pair -> pair.getNameAsString().equals(name))
                        .map(pair -> pair.getValue())
                        .findFirst());
        return of.getAnnotationByName(annotation)
                .flatMap(value)
                .map(expression -> expression.asStringLiteralExpr().asString());
    }
}
