package import Features
import JSONText
import Scoring

/// Reads the body of `POST /labels`: one object or a list of them, each with `transaction_id`, `tx_datetime`, `terminal_id` and
/// `tx_fraud`, by the rules of ``TransactionBody``.
package enum LabelsBody {
    /// The labels, or the problems of the body; then none of them is applied.
    package static func read(_ bytes: some Collection<UInt8>) -> Result<[TransactionLabel], ValidationFailure> {
        ObjectBody.readList(bytes) { reader in
            let values = reader.values(RequestField.label)
            return TransactionLabel(
                transactionID: values.integer(.transactionID), dateTime: values.integer(.dateTime),
                terminalID: values.integer(.terminalID), isFraud: values.integer(.fraud) == 1)
        }
    }

    /// `{"applied":1,"unchanged":0,"pending":0,"unknown":0}`
    static func counts(_ counts: [LabelOutcome: Int]) -> JSONValue {
        JSONValue(members: LabelOutcome.allCases.map { ("\($0)", .integer(String(counts[$0, default: 0]))) })
    }

    /// The JSON Schema of ``counts(_:)``.
    static let countsSchema: JSONValue = [
        "type": "object", "title": "LabelCounts", "required": .array(LabelOutcome.allCases.map { .string("\($0)") }),
        "properties": JSONValue(
            members: LabelOutcome.allCases.map { outcome in
                ("\(outcome)", ["type": "integer", "minimum": 0, "description": .string(outcome.explanation)])
            }),
    ]
}

extension LabelOutcome {
    fileprivate var explanation: String {
        switch self {
        case .applied: "Changed the history."
        case .unchanged: "Known already."
        case .pending: "Waiting for their transaction."
        case .unknown: "Older than every window, or for a model that uses no history."
        }
    }
}
