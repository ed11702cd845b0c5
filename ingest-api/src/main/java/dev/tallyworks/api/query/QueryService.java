package dev.tallyworks.api.query;

import dev.tallyworks.api.http.Times;
import dev.tallyworks.definition.Definitions;
import dev.tallyworks.time.Unit;
import java.math.BigDecimal;
import java.util.LinkedHashMap;
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
        Points points = new Points(question, plan.range());
        for (int i = 0; i < plan.units().size(); i++) {
            Unit unit = plan.units().get(i);
            series.put(
                    question.granularities().get(i),
                    new Answer.Series(points.of(unit, folded.byUnit().get(i))));
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
