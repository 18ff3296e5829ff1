package import Columnar
import Features
package import ModelKit
import Parallelism
package import StorageIO

/// The features of some transactions of a data set, in the order of time.
package struct ReplayedRows: Sendable {
    /// Which rows of the data set they are, from 0.
    package let rows: [Int64]
    /// Of any type; nil where the data have none.
    package let ids: Column?
    /// In microseconds since 1970-01-01T00:00:00; nil where features need no times.
    package let times: [Int64]?
    /// One row each.
    package let features: FeatureMatrix
    /// Positions among these of rows that get no score, as their amount is not a finite number.
    package let unscored: [Int]
}

/// Computes the features of a data set again, as ``DataSetScorer`` does, in the order of time.
package struct FeatureReplay: Sendable {
    private let model: FraudModel
    private let choice: HistoryChoice
    private let labelled: Bool
    private let memoryLimit: Int
    private let temporaryFolder: String?

    /// - Parameters:
    ///   - labelled: Whether the labels that the data have belong to the history of later transactions.
    ///   - memoryLimit: About how many bytes sorting may use; further rows go to a temporary file.
    ///   - temporaryFolder: For that file; nil for the system's.
    package init(
        _ model: FraudModel, history: HistoryChoice, labelled: Bool, memoryLimit: Int = 256 << 20,
        temporaryFolder: String? = nil
    ) {
        self.model = model
        choice = history
        self.labelled = labelled
        self.memoryLimit = memoryLimit
        self.temporaryFolder = temporaryFolder
    }

    /// Whether a data set has labels that the model's features may depend on.
    package static func hasLabels(_ model: FraudModel, in dataSet: DataSet) throws -> Bool {
        guard model.features.sources.contains(.labels) else { return false }
        return try model.scoredColumns(of: dataSet) != model.scoredColumns(of: dataSet, labelled: false)
    }

    /// Computes the features of all rows.
    /// - Parameters:
    ///   - startOver: Called at most once, when rows turn out to be out of order: all are given again.
    ///   - take: Gets the features, in the order of time.
    /// - Returns: Which history they started from.
    /// - Throws: As ``DataSetScorer`` does.
    package func run(
        _ dataSet: DataSet, threads: Int, progress: (DataSetScorer.Progress) -> Void,
        startingOver startOver: () throws -> Void, into take: (ReplayedRows) async throws -> Void
    ) async throws -> HistoryUse {
        let columns = try model.scoredColumns(of: dataSet, labelled: labelled)
        let scoring = try OrderedScoring(model, choice)
        var rows: Int64 = 0
        for try await batch in dataSet.batches(columns: columns, threads: threads) {
            try Task.checkCancellation()
            let first = rows
            let replayed = try await onDedicatedThread(named: "features") { _ in
                try TransactionError.naming(after: first) { try scoring.replay(batch, firstRow: first, threads) }
            }
            guard let replayed else {
                try startOver()
                return try await runSorted(dataSet, columns, threads, progress, take)
            }
            try await take(replayed)
            rows += Int64(batch.rowCount)
            progress(DataSetScorer.Progress(phase: .scoring, rows: rows))
        }
        return scoring.history ?? .empty
    }

    private func runSorted(
        _ dataSet: DataSet, _ columns: [String], _ threads: Int, _ progress: (DataSetScorer.Progress) -> Void,
        _ take: (ReplayedRows) async throws -> Void
    ) async throws -> HistoryUse {
        let sorted = try SortedScoring(model, choice, memoryLimit: memoryLimit, temporaryFolder: temporaryFolder)
        for try await batch in dataSet.batches(columns: columns, threads: threads) {
            try Task.checkCancellation()
            let rows = try await onDedicatedThread(named: "sorting") { _ in try sorted.add(batch, threads) }
            progress(DataSetScorer.Progress(phase: .sorting, rows: rows))
        }
        var rows: Int64 = 0
        while let replayed = try await onDedicatedThread(named: "features", { _ in try sorted.replayNext(threads) }) {
            try Task.checkCancellation()
            try await take(replayed)
            rows += Int64(replayed.rows.count)
            progress(DataSetScorer.Progress(phase: .scoring, rows: rows))
        }
        return sorted.history ?? .empty
    }
}
