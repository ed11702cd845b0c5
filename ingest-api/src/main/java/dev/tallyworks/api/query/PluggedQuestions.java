package dev.tallyworks.api.query;

import dev.tallyworks.api.http.Problem;
import dev.tallyworks.plugin.Hooks;
import dev.tallyworks.plugin.Refusal;
import dev.tallyworks.plugin.ReportQuestion;
import java.time.Duration;

/** Lets plugins change or refuse questions, and tells them of answers. */
final class PluggedQuestions {
    private final Hooks hooks;

    PluggedQuestions(Hooks hooks) {
        this.hooks = hooks;
    }

    /** @throws Problem with the plugin's code where one refuses it */
    Question before(String report, Question question) {
        if (!hooks.hasReportHooks()) {
            return question;
        }
        try {
            ReportQuestion asked = hooks.beforeReportGenerated(of(report, question));
            return question.about(asked.range(), asked.attribution(), asked.sources(), asked.eventTypes());
        } catch (Refusal refusal) {
            throw Problem.invalid(Problem.Item.of(refusal.code(), refusal.detail()));
        }
    }

    /** @param tookNanos from when it was asked */
    void after(String report, Question question, long tookNanos) {
        hooks.afterReportGenerated(of(report, question), Duration.ofNanos(tookNanos));
    }

    private static ReportQuestion of(String report, Question question) {
        return new ReportQuestion(
                report, question.range(), question.attribution(), question.sources(), question.eventTypes());
    }
}
