public import Columnar

/// The scores of a table's rows, in their order.
public struct BatchScores: Sendable, Hashable {
    /// The rows' `transaction_id`; nil where the table has none.
    public let transactionIDs: [Int64]?
    /// The probability of fraud, 0 to 1.
    public let probabilities: [Double]
    /// 1 where the probability is at or above the model's threshold, else 0.
    public let predictions: [Int32]
    /// Which history the features started from.
    public let history: HistoryUse

    /// The scores as a table of the columns `transaction_id` (where there is one), `probability` and `prediction`.
    public func recordBatch() throws(ColumnarError) -> RecordBatch {
        var columns: [(name: String, column: Column)] = []
        if let transactionIDs { columns.append(("transaction_id", .int64(transactionIDs))) }
        columns.append(("probability", .float64(probabilities)))
        columns.append(("prediction", .int32(predictions)))
        return try RecordBatch(columns)
    }
}
