package import Features
import JSONText
import Scoring

/// Reads the body of `POST /labels`: one object or a list of them, each with `transaction_id`, `tx_datetime`, `terminal_id` and
/// `tx_fraud`, by the rules of ``TransactionBody``.
package enum LabelsBody {
    /// After this many problems the rest of a list is not checked: each problem repeats its input.
    private static let maximumProblems = 100

    /// The labels, or the problems of the body; then none of them is applied.
    package static func read(_ bytes: some Collection<UInt8>) -> Result<[TransactionLabel], ValidationFailure> {
        guard !bytes.isEmpty else { return .failure(.missingBody) }
        let body: JSONValue
        do throws(JSONDocument.Failure) {
            body = try JSONDocument.parse(bytes)
        } catch {
            return .failure(ValidationFailure(error))
        }
        guard case .array(let values) = body else { return read([(body, [.name("body")])]) }
        return read(values.enumerated().lazy.map { ($1, [.name("body"), .position($0)]) })
    }

    private static func read(
        _ values: some Sequence<(JSONValue, [ValidationProblem.Location])>
    ) -> Result<[TransactionLabel], ValidationFailure> {
        var labels: [TransactionLabel] = []
        var problems: [ValidationProblem] = []
        for (value, location) in values where problems.count < maximumProblems {
            guard case .object = value else {
                problems.append(ValidationFailure.notAnObject(value, at: location))
                continue
            }
            var reader = FieldReader(value, at: location)
            let values = reader.values(RequestField.label)
            labels.append(
                TransactionLabel(
                    transactionID: values.integer(.transactionID), dateTime: values.integer(.dateTime),
                    terminalID: values.integer(.terminalID), isFraud: values.integer(.fraud) == 1))
            problems += reader.problems
        }
        return problems.isEmpty ? .success(labels) : .failure(ValidationFailure(problems))
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
