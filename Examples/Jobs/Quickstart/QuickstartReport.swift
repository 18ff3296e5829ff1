import DataPrep
import Essentials
import Foundation
package import ModelKit
package import Pipelines
import ReportKit
import Scoring

/// The closing page of a quickstart: quality, curves, importance, comparison, throughput.
package struct QuickstartReport: Sendable {
    package var result: QuickstartResult
    package var outcome: TrainingResult
    package var comparison: ModelComparison?
    package var championEvaluation: EvaluationSummary?

    package func html() -> String {
        HTMLReport(
            title: "Fraud detection, end to end",
            subtitle: "\(ReadableNumber.count(result.cleaning.rowsRead)) transactions from \(result.data)",
            sections: [summary] + curves + comparisonSections + [model] + labels + [throughput],
            footer: "Antifraud \(result.version), \(result.createdAt)"
        ).html()
    }

    private var summary: ReportSection {
        var metrics: [KeyMetric] = []
        if let evaluation = outcome.evaluation {
            metrics.append(KeyMetric("ROC AUC", evaluation.rocAUC.text(decimals: 4)))
            metrics.append(
                KeyMetric(
                    "Average precision", evaluation.averagePrecision.text(decimals: 4),
                    detail:
                        "\(evaluation.positiveCount) frauds in \(ReadableNumber.count(evaluation.rowCount)) test rows"))
        }
        if let cards = outcome.cardPrecisionAt100 {
            metrics.append(KeyMetric("Card precision@100", cards.text(decimals: 3), detail: "mean of the test days"))
        }
        metrics.append(
            KeyMetric(
                "Kept by cleaning", ReadableNumber.count(result.cleaning.rowsKept),
                detail: "of \(ReadableNumber.count(result.cleaning.rowsRead)) rows"))
        metrics.append(
            KeyMetric(
                "Streamed", "\(ReadableNumber.count(Int(result.streaming.transactionsPerSecond)))/s",
                detail: "\(ReadableNumber.count(result.streaming.transactions)) transactions"))
        return ReportSection(
            "Summary",
            [
                .keyMetrics(metrics),
                .note(result.isPromoted ? .good : .neutral, result.decision),
                .paragraph(
                    "Trained on \(ReadableNumber.count(outcome.trainingRows)) transactions of the first days with "
                        + "\(ReadableNumber.count(outcome.trainingFrauds)) frauds among them, tested on the days after."
                ),
            ])
    }

    private var curves: [ReportSection] {
        guard let evaluation = outcome.evaluation else { return [] }
        return [QualitySection.section("Quality on the test days", candidate: evaluation, champion: championEvaluation)]
            + (outcome.details.map(DetailSections.sections) ?? [])
    }

    private var comparisonSections: [ReportSection] {
        guard let comparison else { return [] }
        return [ComparisonSection.section(comparison, decision: result.decision, isGood: result.isPromoted)]
    }

    private var model: ReportSection {
        let importance = zip(outcome.model.features.names, outcome.model.classifier.featureImportance)
            .sorted { $0.1 > $1.1 }
        var elements: [ReportElement] = [
            .figure(
                Figure(
                    "Feature importance",
                    BarChart(importance.map { .init($0.0, $0.1) }, valueLabel: "Share of the total gain")))
        ]
        if outcome.candidates.count > 1 {
            elements.append(
                .table(
                    ReportTable(
                        [
                            .text("Depth"), .text("Leaves"), .text("Rounds"), .text("Row share"),
                            .number("Validation ROC AUC"),
                        ],
                        rows: outcome.candidates.map { candidate in
                            ["max_depth", "max_leaves", "rounds", "row_subsample"].map {
                                candidate.parameters[$0] ?? ""
                            }
                                + [candidate.validationROCAUC.text(decimals: 4)]
                        }, caption: "Candidates of the grid; 0 stands for no limit", highlightedRows: [0])))
        }
        return ReportSection("Model", elements)
    }

    private var labels: [ReportSection] {
        guard let labels = result.serving.labels else { return [] }
        return [
            ReportSection(
                "Late labels",
                [
                    .table(
                        ReportTable(
                            [.text("Terminal \(labels.terminalID)"), .number("Score")],
                            rows: [
                                ["before its frauds are known", labels.scoreBefore.text(decimals: 4)],
                                ["after \(labels.frauds) labels", labels.scoreAfter.text(decimals: 4)],
                            ])),
                    .paragraph(
                        "The service records what it scores, and accepts labels later: the same transaction at the "
                            + "same terminal gets another score once the frauds there are labelled by POST /labels."),
                ])
        ]
    }

    private var throughput: ReportSection {
        ReportSection(
            "Throughput",
            [
                .table(
                    ReportTable(
                        [.text("Step"), .number("Seconds"), .text("")],
                        rows: result.steps.map { [$0.name, $0.seconds.text(decimals: 2), $0.detail] })),
                .paragraph(result.streaming.agreement),
            ])
    }
}
