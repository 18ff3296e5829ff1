/// Errors in the data or settings of training, prediction and evaluation.
public enum ModelError: Error, Sendable, Hashable {
    /// Counts of rows, labels, weights, features or names do not match.
    case shapeMismatch(String)
    /// A setting is out of its range; the message names the setting, the value and the range.
    case invalidSetting(String)
    /// The data cannot be used for training or evaluation, for instance because all labels are of one class.
    case unusableData(String)
    /// The model's features differ from the given ones.
    case featureMismatch(expected: [String], actual: [String])
    /// A stored model cannot be read; the message names where and what.
    case malformedModel(String)
}

extension ModelError: CustomStringConvertible {
    /// What is wrong, in one line.
    public var description: String {
        switch self {
        case .shapeMismatch(let message), .invalidSetting(let message), .unusableData(let message): message
        case .featureMismatch(let expected, let actual):
            "the model needs the features \(expected.joined(separator: ", ")); given are \(actual.joined(separator: ", "))"
        case .malformedModel(let message): "malformed model: \(message)"
        }
    }
}
