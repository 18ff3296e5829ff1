import Columnar

/// Why a text is not a transaction of a schema in JSON, with the position.
public struct RecordJSONError: Error, Sendable, Hashable {
    /// What is wrong.
    public enum Problem: Sendable, Hashable {
        /// The text is no JSON object.
        case notJSON(String)
        /// The object has no value of a column that is needed. Members that may be meant, the nearest first.
        case missing(nearest: [String])
        /// A member's value, as the text has it, is not one of the column.
        case invalid(value: String, expected: String)
    }

    /// What is wrong.
    public var problem: Problem
    /// The position in the text, from 0; of a missing member the text's end.
    public var byteOffset: Int
    /// The column that it concerns; nil for a text that is no JSON object.
    public var column: String?

    init(_ problem: Problem, at byteOffset: Int, column: String? = nil) {
        self.problem = problem
        self.byteOffset = byteOffset
        self.column = column
    }
}

extension RecordJSONError: CustomStringConvertible {
    /// One line that names the column, the problem and the position.
    public var description: String {
        let subject = column.map { "column \(QuotedText.value($0))" } ?? "transaction JSON"
        return switch problem {
        case .notJSON(let message): "\(subject): \(message) (byte \(byteOffset))"
        case .missing(let nearest):
            "\(subject): missing\(NearestNames.question(nearest).map { "; \($0)" } ?? "") (byte \(byteOffset))"
        case .invalid(let value, let expected): "\(subject): \(value), expected \(expected) (byte \(byteOffset))"
        }
    }
}
