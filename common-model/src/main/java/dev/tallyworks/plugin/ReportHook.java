package dev.tallyworks.plugin;

import java.time.Duration;

/** Is called for each question that a report is asked, also again and again for live streams. */
public interface ReportHook extends Plugin {
    /**
     * Waterfall, before anything is read.
     *
     * @return what is to be answered instead, or the same
     * @throws Refusal to refuse the question, with a code of its own
     */
    default ReportQuestion beforeReportGenerated(ReportQuestion question) {
        return question;
    }

    /** Action, soon after it was answered. */
    default void afterReportGenerated(ReportQuestion question, Duration took) {}
}
