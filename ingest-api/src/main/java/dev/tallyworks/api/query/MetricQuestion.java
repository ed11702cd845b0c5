package dev.tallyworks.api.query;

import dev.tallyworks.metric.Metric;

/** Asks for one metric over time. */
record MetricQuestion(Question question, Metric metric) {}
