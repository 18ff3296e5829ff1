import BenchmarkSupport
import Foundation
import ModelKit

/// ROC AUC, average precision, the whole summary, the comparison of two models and bootstrap intervals against scikit-learn on the
/// same scores. Arguments: rows (10,000,000), rows of the comparison (350,000), runs (3), rows of the intervals (500,000).
@main
struct RankingMetrics {
    static func main() async throws {
        let arguments = CommandLine.arguments.dropFirst().compactMap { Int($0) }
        let rows = arguments.first ?? 10_000_000
        let compared = arguments.dropFirst().first ?? 350_000
        let runs = arguments.dropFirst(2).first ?? 3
        let threads = ProcessInfo.processInfo.activeProcessorCount
        let folder = FileManager.default.temporaryDirectory.appending(path: "ranking-metrics-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let data = try Scores(rows: rows, folder)

        try await compete(
            "ROC AUC of \(rows) rows", runs, folder, "metrics.roc_auc_score(y, s)",
            ours: [
                ("ours", { try Metrics.rocAUC(scores: data.first, labels: data.labels, threads: threads) }),
                ("ours, one thread", { try Metrics.rocAUC(scores: data.first, labels: data.labels) }),
            ])
        try await compete(
            "Average precision of \(rows) rows", runs, folder, "metrics.average_precision_score(y, s)",
            ours: [
                ("ours", { try Metrics.averagePrecision(scores: data.first, labels: data.labels, threads: threads) })
            ])
        try await compete(
            "AUC, AP, log loss, Brier and both curves of \(rows) rows", runs, folder,
            """
            (metrics.roc_auc_score(y, s), metrics.average_precision_score(y, s), metrics.log_loss(y, s),
             metrics.brier_score_loss(y, s), metrics.roc_curve(y, s), metrics.precision_recall_curve(y, s))[0]
            """,
            ours: [
                (
                    "ours",
                    {
                        try EvaluationSummary(probabilities: data.first, labels: data.labels, threads: threads).rocAUC
                    }
                )
            ])

        let sample = try Scores(rows: compared, folder)
        try await compete(
            "100 bootstrap samples of two models on \(compared) rows", runs, folder,
            """
            [(metrics.roc_auc_score(y[d], s[d]), metrics.roc_auc_score(y[d], o[d]))
             for d in (np.random.default_rng(k).integers(0, len(y), len(y)) for k in range(100))][0][0]
            """,
            ours: [
                (
                    "ours",
                    {
                        try BootstrapComparison(
                            first: sample.first, second: sample.second, labels: sample.labels, samples: 100,
                            threads: threads
                        ).first[0]
                    }
                )
            ])

        let measured = try Scores(rows: arguments.dropFirst(3).first ?? 500_000, folder)
        let labels = measured.labels
        @Sendable func interval(keys: [Int64]?) throws -> Double {
            try BootstrapIntervals(
                ModelScores(measured.first), rows: EvaluationRows(labels: labels, keys: keys), measures: [.rocAUC],
                settings: BootstrapSettings(samples: 100), threads: threads
            ).intervals[0].lower
        }
        let keys = labels.indices.map { Int64($0 % 5000) }
        try await compete(
            "Interval of the ROC AUC from 100 bootstrap samples of \(labels.count) rows", runs, folder,
            """
            np.quantile([metrics.roc_auc_score(y[d], s[d])
                         for d in (np.random.default_rng(k).integers(0, len(y), len(y)) for k in range(100))], 0.025)
            """,
            ours: [
                ("ours", { try interval(keys: nil) }), ("ours, by 5,000 keys", { try interval(keys: keys) }),
            ])
    }

    /// Runs the contestants in turn and reports.
    private static func compete(
        _ title: String, _ runs: Int, _ folder: URL, _ expression: String,
        ours: [(name: String, value: @Sendable () throws -> Double)]
    ) async throws {
        let peer = Peer(
            """
            import sys, time
            import numpy as np
            from sklearn import metrics
            folder = sys.argv[1]
            s, o = np.fromfile(folder + "/s", "<f8"), np.fromfile(folder + "/o", "<f8")
            y = np.fromfile(folder + "/y", "u1")
            metrics.roc_auc_score(y[:1000] % 2 ^ (np.arange(1000) % 2), s[:1000])
            start = time.perf_counter()
            value = \(expression)
            seconds = time.perf_counter() - start
            print(value)
            print(seconds)
            """)
        var measurements = ours.map { Measurement($0.name) }
        var theirs = Measurement("scikit-learn")
        for _ in 0..<runs {
            for (index, contestant) in ours.enumerated() {
                measurements[index].seconds.append(try await timed { _ = try contestant.value() })
            }
            theirs.seconds.append(try peer.seconds([folder.path(percentEncoded: false)]))
        }
        report(title, ours: measurements[0], peers: Array(measurements.dropFirst()) + [theirs])
    }
}

/// Probabilities of two models and labels, 0.8 % of them frauds; also written for the peer.
private struct Scores: Sendable {
    var first: [Double] = []
    var second: [Double] = []
    var labels: [UInt8] = []

    init(rows: Int, _ folder: URL) throws {
        var state: UInt64 = 1
        func uniform() -> Double {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Double(state >> 11) * 0x1p-53
        }
        for _ in 0..<rows {
            let label: UInt8 = uniform() < 0.008 ? 1 : 0
            let score = pow(uniform(), label == 1 ? 0.7 : 4)
            labels.append(label)
            first.append(score)
            second.append(0.6 * score + 0.4 * pow(uniform(), label == 1 ? 0.8 : 3))
        }
        try write(first, to: folder.appending(path: "s"))
        try write(second, to: folder.appending(path: "o"))
        try write(labels, to: folder.appending(path: "y"))
    }

    private func write<Value>(_ values: [Value], to file: URL) throws {
        try values.withUnsafeBytes { try Data($0).write(to: file) }
    }
}
