import Columnar
import Scoring

/// Which rows of a table two models are compared on: those that are new to both.
struct ComparisonRows: Sendable {
    let rows: [Int]
    /// The times of the first and the last of them, where rows have times.
    let times: ClosedRange<Int64>?
    /// Rows that were left out since a model was trained until then or later.
    let leftOut: Int
    /// Rows are later than this; nil where all rows were taken.
    let laterThan: String?
    /// Nil where all rows are new to both models.
    let warning: String?

    /// - Throws: ``PipelineError/unusableData(location:reason:)`` when no row is new.
    init(
        champion: ModelProvenance, candidate: ModelProvenance, times: [Int64]?, rowCount: Int, location: String,
        includesTrainingRows: Bool
    ) throws {
        let trained = [("champion", champion.trainedTimes), ("candidate", candidate.trainedTimes)]
        let unknown = trained.filter { $0.1 == nil }.map { "the \($0.0)" }
        let end = trained.compactMap { $0.1?.upperBound }.max()
        let later = times.flatMap { times in end.map { end in (0..<rowCount).filter { times[$0] > end } } }
        let endText = end.map { CivilDateTime.text(microseconds: $0) }
        if includesTrainingRows {
            rows = Array(0..<rowCount)
            (leftOut, laterThan) = (0, nil)
            if unknown.isEmpty, let later, later.count == rowCount {
                warning = nil
            } else {
                let known = later.map { "\(rowCount - $0.count) of the \(rowCount) rows" } ?? "the rows"
                warning =
                    "\(known) may have been trained on: the figures flatter the models and do not tell how they do on "
                    + "new transactions"
            }
        } else if let later {
            guard !later.isEmpty else {
                throw PipelineError.unusableData(
                    location: location,
                    reason:
                        "no row is later than \(endText ?? ""), until when the models were trained; give later data, or "
                        + "--include-training-rows to compare on rows that they were trained on")
            }
            rows = later
            leftOut = rowCount - later.count
            laterThan = endText
            warning = unknown.isEmpty ? nil : Self.warning(unknown)
        } else {
            rows = Array(0..<rowCount)
            (leftOut, laterThan) = (0, nil)
            warning = unknown.isEmpty ? Self.warning(["the champion", "the candidate"]) : Self.warning(unknown)
        }
        self.times = TransactionTimes.range(times, rows)
    }

    private static func warning(_ models: [String]) -> String {
        "it is not known which rows \(models.joined(separator: " and ")) learnt from; if they are among these, the figures "
            + "flatter"
    }

    /// What a user may do where the rows do not suffice.
    var wayOut: String {
        laterThan.map { "give data that reach farther beyond \($0)" } ?? "give data with both"
    }
}
