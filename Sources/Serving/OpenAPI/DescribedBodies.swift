import Features
import JSONText
import Scoring

/// What the OpenAPI document says of the bodies of requests, which follows from the model in use.
struct DescribedBodies {
    let transaction: [RequestField]
    let label: [RequestField]
    /// How the validation refuses an empty object; nil where it does not.
    let refusedTransaction: ValidationFailure?
    let refusedLabel: ValidationFailure?
    /// Of a model with a plan.
    private let schema: TransactionSchema?

    /// - Parameter model: Nil before the first one is loaded.
    init(_ model: FraudModel?) {
        let empty = Array("{}".utf8)
        // A model's schema has been checked with the model.
        if let engine = model?.engine, let bodies = try? RecordBodies(engine) {
            transaction = bodies.transaction
            label = bodies.label
            schema = bodies.schema
            refusedTransaction = Self.failure(bodies.readTransaction(empty))
            refusedLabel = Self.failure(bodies.readLabels(empty))
        } else {
            transaction = RequestField.transaction
            label = RequestField.label
            schema = nil
            refusedTransaction = Self.failure(TransactionBody.read(empty))
            refusedLabel = Self.failure(LabelsBody.read(empty))
        }
    }

    private static func failure<Body>(_ result: Result<Body, ValidationFailure>) -> ValidationFailure? {
        if case .failure(let failure) = result { failure } else { nil }
    }

    var summary: String {
        guard let schema else { return "Scores card transactions for fraud." }
        return "Scores transactions\(schema.name.map { " of the schema '\($0)'" } ?? "") for fraud."
    }

    /// Whose history a transaction is scored against.
    var historyOf: String { schema == nil ? "its customer and terminal" : "its keys" }

    var transactionDescription: String {
        let purpose =
            "What is known of a transaction when it is to be scored. Further members are passed over. Numbers may be written as "
        guard schema != nil else { return purpose + "text, and whole numbers with a fraction of zeros." }
        return purpose
            + "text, with the separators of the data, and whole numbers with a fraction of zeros. Names are compared "
            + "without case. What is optional may be missing or null; a time may also be in ISO 8601 with its offset from UTC."
    }

    var labelDescription: String {
        schema == nil
            ? "What became known of the transaction that has these three values."
            : "What became known of the transaction that has these values. Further members are passed over."
    }

    var probability: JSONValue {
        let type: JSONValue = schema == nil ? "number" : ["number", "null"]
        return ["type": type, "minimum": 0, "maximum": 1]
    }

    var probabilityDescription: String {
        schema == nil
            ? "The probability of fraud" : "The probability of fraud; null where the model gives none"
    }
}
