package dev.tallyworks.api.query;

import dev.tallyworks.api.http.Times;
import dev.tallyworks.definition.Definitions;
import dev.tallyworks.time.Unit;
import java.math.BigDecimal;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Plans a question, reads and folds what it takes, and makes the answer of it. */
public final class QueryService {
    private static final String HISTORICAL = "historical";

    private final Definitions definitions;
    private final HistoricalScan historical;

    QueryService(Definitions definitions, HistoricalScan historical) {
        this.definitions = definitions;
        this.historical = historical;
    }

    Answer answer(String report, Question question) {
        QueryPlan plan = QueryPlanner.plan(definitions.refresh(), report, question);
        HistoricalScan.Folded folded = historical.fold(plan);
        Map<String, Answer.Series> series = new LinkedHashMap<>();
        for (int i = 0; i < plan.units().size(); i++) {
            Unit unit = plan.units().get(i);
            List<Point> points =
                    Points.of(question, unit, plan.range(), folded.byUnit().get(i));
            series.put(question.granularities().get(i), new Answer.Series(points));
        }
        boolean several = question.severalGranularities();
        return new Answer(
                several ? null : series.values().iterator().next().points(),
                several ? series : null,
                HISTORICAL,
                Times.format(folded.watermarkMillis()),
                BigDecimal.valueOf(folded.lagMillis(), 3),
                folded.partial(),
                folded.truncatedValues());
    }
}
