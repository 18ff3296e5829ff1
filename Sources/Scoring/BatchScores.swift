public import Columnar
import Features

/// The scores of a table's rows, in their order.
public struct BatchScores: Sendable, Hashable {
    /// The rows' ids as the table has them: of any type, with nulls where it has them; nil where the table has none.
    public let transactionIDs: Column?
    /// What the column of ids is called: `transaction_id`, or as the model's schema names it.
    public let idName: String
    /// The probability of fraud, 0 to 1; NaN for a row that cannot be scored, such as one whose amount is not a finite
    /// number.
    public let probabilities: [Double]
    /// 1 where the probability is at or above the model's threshold, else 0.
    public let predictions: [Int32]
    /// What the features were; nil unless the scorer was asked for it.
    public let featureDigests: FeatureDigests?
    /// Which history the features started from.
    public let history: HistoryUse

    init(_ batch: RecordBatch, _ rows: ScoredRows, model: FraudModel, history: HistoryUse) {
        let id = model.idColumn(of: batch.schema)
        transactionIDs = id.map { batch.columns[$0.index] }
        idName = id?.name ?? TransactionColumn.transactionID.name
        probabilities = rows.probabilities
        predictions = rows.probabilities.map(model.prediction)
        featureDigests = rows.digests
        self.history = history
    }

    private init(_ scores: BatchScores, _ rows: Range<Int>) {
        transactionIDs = scores.transactionIDs?.slice(rows)
        idName = scores.idName
        probabilities = Array(scores.probabilities[rows])
        predictions = Array(scores.predictions[rows])
        featureDigests = scores.featureDigests?.slice(rows)
        history = scores.history
    }

    /// The scores of the rows of a range.
    func slice(_ rows: Range<Int>) -> BatchScores { BatchScores(self, rows) }

    /// How many rows could not be scored.
    public var unscoredCount: Int { probabilities.count(where: \.isNaN) }

    /// The scores as a table of the columns ``idName`` (where there is one), `probability` and `prediction`, which are null where a row
    /// could not be scored, and `feature_digest` if the scorer was asked for it.
    public func recordBatch() throws(ColumnarError) -> RecordBatch {
        var columns: [(name: String, column: Column)] = []
        if let transactionIDs { columns.append((idName, transactionIDs)) }
        let validity = unscoredCount == 0 ? nil : Bitmap(probabilities.lazy.map { !$0.isNaN })
        let values = validity == nil ? probabilities : probabilities.map { $0.isNaN ? 0 : $0 }
        columns.append(("probability", .float64(values, validity: validity)))
        columns.append(("prediction", .int32(predictions, validity: validity)))
        if let featureDigests { columns.append((FeatureDigests.columnName, featureDigests.column)) }
        return try RecordBatch(columns)
    }

    /// The columns that ``recordBatch()`` has for the rows of a table with these columns.
    /// - Parameter digests: Whether the scorer gives digests of the features.
    public static func schema(
        for table: Schema, model: FraudModel, digests: Bool = false
    ) throws(ColumnarError) -> Schema {
        let id = model.idColumn(of: table).map { Field($0.name, table.fields[$0.index].type) }
        let digest = digests ? Field(FeatureDigests.columnName, .string) : nil
        return try Schema(
            [id].compactMap { $0 } + [Field("probability", .float64), Field("prediction", .int32)]
                + [digest].compactMap { $0 })
    }
}
