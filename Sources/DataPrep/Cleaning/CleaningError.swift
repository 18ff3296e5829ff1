import Columnar

/// Why a cleaning failed. No output was published, and an earlier one is unchanged.
public enum CleaningError: Error, Sendable, Hashable {
    /// The inputs have no rows.
    case emptyInput(inputs: [String])
    /// The first line does not name a column that is needed.
    case missingColumn(input: String, name: String, found: [String])
    /// A column of a Parquet file has a type that does not fit the schema.
    case wrongColumnType(input: String, name: String, expected: String, actual: String)
    case invalidOutlierRule(text: String)
    case invalidPlan(message: String)
    case invalidOption(name: String, value: String, expected: String)
    /// A rule dropped a larger share of the rows than ``CleaningPlan/maximumDroppedShare`` allows, or nothing was left. The
    /// report says what was dropped and why; it names no output.
    case droppedTooMuch(CleaningReport)
    /// The temporary file cannot be created, written or read.
    case temporaryFile(path: String, operation: String, message: String)
}

extension CleaningError: CustomStringConvertible {
    /// One line for people.
    public var description: String {
        switch self {
        case .emptyInput(let inputs):
            "the input holds no row: \(inputs.isEmpty ? "no file was given" : inputs.joined(separator: ", "))"
        case .missingColumn(let input, let name, let found):
            "\(input): there is no column '\(name)' (\(QuotedText.names(found)))"
        case .wrongColumnType(let input, let name, let expected, let actual):
            "\(input): column '\(name)' is \(actual), expected \(expected)"
        case .invalidOutlierRule(let text):
            "\(QuotedText.value(text)) is not an outlier rule; write METHOD:K[:upper|both] with METHOD iqr, log-iqr, z-score or mad, "
                + "quantile:LOW:HIGH, fixed:LOW:HIGH, or none"
        case .invalidPlan(let message): "the cleaning plan cannot be read: \(message)"
        case .invalidOption(let name, let value, let expected): "\(name) is \(value), expected \(expected)"
        case .droppedTooMuch(let report): CleaningError.text(ofTooMuchDropped: report)
        case .temporaryFile(let path, let operation, let message):
            "temporary file in \(path): \(operation) failed: \(message)"
        }
    }

    /// The first value that each rule dropped tells what is wrong with the input.
    private static func text(ofTooMuchDropped report: CleaningReport) -> String {
        let limit = percent(report.plan.maximumDroppedShare)
        let rules = report.rulesBeyondLimit.map { rule in
            let outcome = report[rule]
            let share = percent(Double(outcome.rows) / Double(max(1, report.rowsRead)))
            let first = outcome.samples.first.map { sample in
                let column = sample.column.map { "\($0) is \(QuotedText.value(sample.value))" } ?? sample.value
                return ", the first in \(sample.input), row or line \(sample.line): \(column)"
            }
            return "\(rule.rawValue) dropped \(outcome.rows) of \(report.rowsRead) rows (\(share))\(first ?? "")"
        }
        return rules.joined(separator: "; ")
            + "; a rule may drop \(limit): nothing was published, and an earlier output is as it was"
    }

    private static func percent(_ share: Double) -> String {
        let tenths = (share * 1000).rounded() / 10
        return "\(tenths == tenths.rounded() ? String(Int(tenths)) : String(tenths)) %"
    }
}
