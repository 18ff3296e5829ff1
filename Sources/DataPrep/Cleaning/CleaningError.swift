/// Why a cleaning could not be done. No output has appeared, and an earlier one is as it was.
public enum CleaningError: Error, Sendable, Hashable {
    /// There is not one row in all inputs.
    case emptyInput(inputs: [String])
    /// The first line does not name a column that is needed.
    case missingColumn(input: String, name: String, found: [String])
    /// A column of a Parquet file cannot hold what the schema asks for.
    case wrongColumnType(input: String, name: String, expected: String, actual: String)
    case invalidOutlierRule(text: String)
    case invalidPlan(message: String)
    case invalidOption(name: String, value: String, expected: String)
    /// The temporary file cannot be made, written or read.
    case temporaryFile(path: String, operation: String, message: String)
}

extension CleaningError: CustomStringConvertible {
    /// One line for a person.
    public var description: String {
        switch self {
        case .emptyInput(let inputs):
            "the input holds no row: \(inputs.isEmpty ? "no file was given" : inputs.joined(separator: ", "))"
        case .missingColumn(let input, let name, let found):
            "\(input): there is no column '\(name)' (columns: \(found.joined(separator: ", ")))"
        case .wrongColumnType(let input, let name, let expected, let actual):
            "\(input): column '\(name)' is \(actual), expected \(expected)"
        case .invalidOutlierRule(let text):
            "'\(text)' is no outlier rule; write METHOD:K[:upper|both] with METHOD iqr, log-iqr, z-score or mad, "
                + "quantile:LOW:HIGH, fixed:LOW:HIGH, or none"
        case .invalidPlan(let message): "the cleaning plan cannot be read: \(message)"
        case .invalidOption(let name, let value, let expected): "\(name) is \(value), expected \(expected)"
        case .temporaryFile(let path, let operation, let message):
            "temporary file in \(path): \(operation) failed: \(message)"
        }
    }
}
