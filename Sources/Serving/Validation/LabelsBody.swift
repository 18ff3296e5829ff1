package import DataPrep
import Scoring

/// Reads the body of `POST /labels`: one object or a list of them, each with `transaction_id`, `tx_datetime`, `terminal_id` and
/// `tx_fraud`, by the rules of ``TransactionBody``.
package enum LabelsBody {
    /// After so many problems the rest of a list is not looked at: each repeats what was sent.
    private static let maximumProblems = 100

    /// The labels, or what is wrong with the body; then none of them counts.
    package static func read(_ bytes: some Collection<UInt8>) -> Result<[TransactionLabel], ValidationFailure> {
        guard !bytes.isEmpty else { return .failure(.missingBody) }
        let body: JSONValue
        do throws(JSONParser.Failure) {
            body = try JSONParser.parse(bytes)
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
            labels.append(
                TransactionLabel(
                    transactionID: reader.integer(.transactionID), dateTime: reader.dateTime(.dateTime),
                    terminalID: reader.integer(.terminalID), isFraud: reader.flag(.fraud)))
            problems += reader.problems
        }
        return problems.isEmpty ? .success(labels) : .failure(ValidationFailure(problems))
    }

    /// `{"applied":1,"unchanged":0,"pending":0,"unknown":0}`
    static func answer(_ counts: [LabelOutcome: Int]) -> String {
        let members = LabelOutcome.allCases.map {
            JSONValue.Member(name: "\($0)", value: .integer(String(counts[$0, default: 0])))
        }
        var text = ""
        JSONValue.object(members).write(to: &text)
        return text
    }
}
