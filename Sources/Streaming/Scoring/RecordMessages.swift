package import Features
package import Scoring

/// Messages with the columns of a schema, for models with a plan.
package struct RecordMessages: TransactionMessages {
    package static var lowestID: RecordID { .none }

    private let json: RecordJSON
    private let labelJSON: RecordJSON
    private let scoreJSON: RecordScoreJSON
    private let timeColumn: Int?
    private let idColumn: Int?
    /// The columns that the model needs of a label.
    private var labelColumns: [Int]

    /// - Throws: `SchemaError` when the schema makes no sense.
    package init(_ engine: FeatureEngine) throws(SchemaError) {
        let schema = engine.schema
        json = try RecordJSON(schema)
        labelJSON = try RecordJSON(schema, required: RecordJSON.labelRoles)
        scoreJSON = RecordScoreJSON(schema)
        timeColumn = schema.columns.firstIndex { $0.role == .time }
        idColumn = schema.columns.firstIndex { $0.role == .id }
        labelColumns = engine.labelColumns
    }

    package func decode(_ text: UnsafeBufferPointer<UInt8>) throws(RecordJSONError) -> TransactionRecord {
        try json.decode(text)
    }

    /// 0 where the schema has no time, as in tables.
    package func time(of record: TransactionRecord) -> Int64 {
        guard let timeColumn, case .time(let time) = record.values[timeColumn] else { return 0 }
        return time
    }

    package func id(of record: TransactionRecord) -> RecordID {
        RecordID(idColumn.map { record.values[$0] } ?? .null)
    }

    /// Windows of a plan may reach up to the transaction, and keys but the first span partitions: to have the bits of the batch
    /// features, messages pass in the order of all partitions, also those of one time.
    package func alignment(_ chosen: Duration?) -> Duration? { chosen.map { _ in .microseconds(-1) } }

    package func score(
        _ records: [TransactionRecord], by scorer: OnlineScorer, threads: Int, into results: inout MessageBatch
    ) throws -> Int {
        var predictedFrauds = 0
        results.reserveCapacity(messages: records.count, bytes: records.count * 128)
        for (record, score) in zip(records, try scorer.score(records, threads: threads)) {
            predictedFrauds += Int(score.prediction)
            results.append(key: scoreJSON.key(of: record)) {
                scoreJSON.append(record, probability: score.probability, prediction: score.prediction, to: &$0)
                score.featureDigest?.append(asMemberOfObjectEnding: &$0)
            }
        }
        return predictedFrauds
    }

    package func decodeLabel(_ text: UnsafeBufferPointer<UInt8>) throws(RecordJSONError) -> TransactionRecord {
        try labelJSON.decodeLabel(text, columns: labelColumns)
    }

    package func apply(_ label: TransactionRecord, to scorer: OnlineScorer) throws { _ = try scorer.applyLabel(label) }

    package mutating func adopt(_ model: FraudModel) {
        if let engine = model.engine { labelColumns = engine.labelColumns }
    }
}
