package dev.tallyworks.setting;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;

/**
 * Finds settings that are given and that neither application has: misspelt ones. They are told, not refused: a release that is
 * gone back to must start with the variables of the newer one, and two releases share them while one replaces the other.
 */
public final class UnknownSettings {
    private static final Logger LOG = Logger.getLogger(UnknownSettings.class);

    private static final String VARIABLES = "TALLYWORKS_";
    private static final String PROPERTIES = "tallyworks.";
    /** Much else begins so, of tests and scripts: of these only what is nearly a setting is told. */
    private static final String SHORT_VARIABLES = "TW_";

    private static final int NEARLY = 3;
    /** The same setting as {@code TW_REDIS_NAMESPACE}, by the name of its property. */
    private static final String NAMESPACE = "TALLYWORKS_REDIS_NAMESPACE";

    /** An orchestrator gives these for each service beside a process, whose name may begin like a setting. */
    private static final String SERVICE_HOST = "_SERVICE_HOST";

    private static final String OF_SERVICE = "_(SERVICE_(HOST|PORT)|PORT)(_[A-Z0-9_]+)?";

    /**
     * One that nobody reads.
     *
     * @param given as it was given
     * @param nearest what it most resembles
     */
    public record Unknown(String given, String nearest) {
        @Override
        public String toString() {
            return "There is no setting " + given + ", so it does nothing. The nearest there is: " + nearest;
        }
    }

    private UnknownSettings() {}

    /** Those of this process, each as a warning in its log. */
    public static void warn() {
        of(System.getenv(), System.getProperties().stringPropertyNames()).forEach(LOG::warn);
    }

    /**
     * In the order of their names.
     *
     * @param environment the variables
     * @param properties names of system properties
     */
    static List<Unknown> of(Map<String, String> environment, Collection<String> properties) {
        List<Unknown> unknown = new ArrayList<>();
        Pattern links = links(environment.keySet());
        for (String name : new TreeSet<>(environment.keySet())) {
            if (isKnown(name) || links.matcher(name).matches()) {
                continue;
            }
            String nearest = nearest(name);
            if (name.startsWith(VARIABLES) || name.startsWith(SHORT_VARIABLES) && distance(name, nearest) <= NEARLY) {
                unknown.add(new Unknown(name, nearest));
            }
        }
        for (String name : new TreeSet<>(properties)) {
            String variable = name.replaceAll("[^a-zA-Z0-9]", "_").toUpperCase(Locale.ROOT);
            if (name.startsWith(PROPERTIES) && !isKnown(variable)) {
                unknown.add(new Unknown(name, nearest(variable)));
            }
        }
        return unknown;
    }

    private static boolean isKnown(String variable) {
        return SettingNames.ALL.contains(variable) || variable.equals(NAMESPACE);
    }

    /** Matches what is told of a service whose host is told as well. */
    private static Pattern links(Collection<String> variables) {
        return Pattern.compile(variables.stream()
                .filter(name -> name.endsWith(SERVICE_HOST))
                .map(name -> Pattern.quote(name.substring(0, name.length() - SERVICE_HOST.length())) + OF_SERVICE)
                .collect(Collectors.joining("|", "(?!)|", "")));
    }

    private static String nearest(String variable) {
        return SettingNames.ALL.stream()
                .min(Comparator.<String>comparingInt(known -> distance(variable, known))
                        .thenComparing(Comparator.naturalOrder()))
                .orElseThrow();
    }

    /** How many letters must be added, left out or replaced to make one of the other. */
    static int distance(String one, String other) {
        int[] row = new int[other.length() + 1];
        for (int column = 0; column < row.length; column++) {
            row[column] = column;
        }
        for (int line = 1; line <= one.length(); line++) {
            int diagonal = row[0];
            row[0] = line;
            for (int column = 1; column < row.length; column++) {
                int replaced = diagonal + (one.charAt(line - 1) == other.charAt(column - 1) ? 0 : 1);
                diagonal = row[column];
                row[column] = Math.min(replaced, 1 + Math.min(row[column], row[column - 1]));
            }
        }
        return row[other.length()];
    }
}
