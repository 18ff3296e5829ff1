import Columnar
import Features

/// The rows of a batch that are large payments in euros.
func largePayments(_ batch: RecordBatch, of schema: TransactionSchema) throws -> [Int] {
    let expression = try RowExpression("amount > 500 and currency = 'EUR'")  // ExpressionError: what cannot be read
    let filter = try expression.bind(to: schema, as: .truth)  // ExpressionError: names and types
    return try filter.evaluateTruth(batch).isTrue.trueIndices
}
