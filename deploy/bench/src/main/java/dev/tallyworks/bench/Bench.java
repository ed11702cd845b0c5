package dev.tallyworks.bench;

import dev.tallyworks.local.process.Installation;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code deploy/bench/run}. */
@Command(
        name = "deploy/bench/run",
        description =
                "Measures what the store takes and what Tallyworks makes of it, in one run, and checks all totals.",
        footer = {
            "",
            "TW_MONGODB_URL and TW_REDIS_URL name the servers; without them an embedded pair is started, which says little"
                    + " about real ones. The database is a new one, dropped at the end.",
            "Exits with 1 where a total is not exact."
        },
        sortOptions = false)
public final class Bench implements Callable<Integer> {
    private static final int NOT_EXACT = 1;

    private enum Form {
        /** Minutes. */
        FULL,
        /** Under three minutes. */
        QUICK,
        /** A year of flights. */
        YEAR,
        /** What questions take. */
        QUERIES
    }

    @Parameters(
            arity = "0..1",
            paramLabel = "FORM",
            description = "full (default; some ten minutes), quick (under three), year: a year of flights through"
                    + " five aggregations, or queries: what questions take",
            defaultValue = "full")
    private Form form = Form.FULL;

    @Option(
            names = "--history-seconds",
            paramLabel = "N",
            description =
                    "Have the given MongoDB keep so many seconds of history (minSnapshotHistoryWindowInSeconds) for"
                            + " the time of the run; takes the right to set parameters of the server")
    private @Nullable Integer historySeconds;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this")
    private boolean help;

    private Bench() {}

    public static void main(String[] arguments) {
        CommandLine commands = new CommandLine(new Bench());
        commands.setCaseInsensitiveEnumValuesAllowed(true);
        commands.setParameterExceptionHandler((wrong, given) -> fail(wrong.getMessage() + " (see --help)", 2));
        commands.setExecutionExceptionHandler((failed, line, parsed) -> fail(failed.toString(), NOT_EXACT));
        System.exit(commands.execute(arguments));
    }

    private static int fail(String line, int exitCode) {
        System.err.println("deploy/bench/run: " + line);
        return exitCode;
    }

    @Override
    public Integer call() throws IOException {
        Installation installation = Installation.find();
        Path logs = newLogFolder(installation);
        long begun = System.nanoTime();
        Figures figures = new Figures();
        boolean exact;
        try (BenchStores stores = BenchStores.open(installation, logs);
                Product product = Product.start(installation, stores, logs)) {
            figures.say("form", form.name().toLowerCase(Locale.ROOT))
                    .say("servers", stores.areEmbedded() ? "embedded" : "given")
                    .say("mongodb", stores.mongoVersion());
            if (historySeconds != null) {
                stores.keepHistory(historySeconds);
                figures.say("historySeconds", String.valueOf(historySeconds));
            }
            exact = measure(installation, stores, product, figures);
        }
        figures.add("tookSeconds", "the run took", (System.nanoTime() - begun) / 1e9, "s", "");
        figures.print(System.out);
        return exact ? 0 : fail("totals are not exact; logs: " + logs, NOT_EXACT);
    }

    private boolean measure(Installation installation, BenchStores stores, Product product, Figures figures)
            throws IOException {
        if (form == Form.YEAR) {
            return new YearOfFlights(product, stores, installation.sample(), figures, System.err).run();
        }
        if (form == Form.QUERIES) {
            return new QueryCost(product, stores, figures, System.err).run();
        }
        Measurement.Extent quick = stores.areEmbedded() ? Measurement.Extent.QUICK_EMBEDDED : Measurement.Extent.QUICK;
        Measurement.Extent extent = form == Form.QUICK ? quick : Measurement.Extent.FULL;
        return new Measurement(product, new Ceilings(stores.database()), extent, figures, System.err).run();
    }

    /** The last run's are gone. */
    private static Path newLogFolder(Installation installation) {
        Path logs = installation.root().resolve("deploy/bench/target/logs");
        try {
            Files.createDirectories(logs);
            for (String name : new String[] {"servers", "ingest", "worker"}) {
                Files.deleteIfExists(logs.resolve(name + ".log"));
            }
            return logs;
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }
}
