import Columnar
import ModelKit
import Parallelism
import Scoring

/// Some rows with their explanation.
struct ExplainedRows: Sendable {
    let ids: (name: String, column: Column)?
    let features: FeatureMatrix
    /// Positions, counted from ``firstRow``'s zero, of rows without a score.
    let unscored: Set<Int>
    let firstRow: Int
    let explanation: Explanation

    func hasScore(_ row: Int) -> Bool { unscored.isEmpty || !unscored.contains(firstRow + row) }

    /// The columns of ``table(_:_:reasons:threads:)``.
    /// - Parameter id: nil for none.
    static func schema(id: Field?, reasons count: Int) throws(ColumnarError) -> Schema {
        var fields = [id].compactMap { $0 } + [Field("probability", .float64), Field("base_value", .float64)]
        for position in 1..<(count + 1) {
            fields += [
                Field("reason_\(position)", .string), Field("feature_\(position)", .string),
                Field("value_\(position)", .float64), Field("contribution_\(position)", .float64),
            ]
        }
        return try Schema(fields)
    }

    /// The rows' ids, probabilities and reasons.
    func table(
        _ classifier: any BinaryClassifier, _ codes: ReasonCodes, reasons count: Int, threads: Int
    ) throws -> RecordBatch {
        let rowCount = explanation.rowCount
        let probabilities = try classifier.probabilities(features, threads: threads)
        let reasons = self.reasons(codes, count, threads: threads)
        let scored = (0..<rowCount).map(hasScore)
        let validity = scored.contains(false) ? Bitmap(scored) : nil
        var columns: [(name: String, column: Column)] = []
        if let ids { columns.append((ids.name, ids.column)) }
        columns.append(
            ("probability", .float64((0..<rowCount).map { scored[$0] ? probabilities[$0] : 0 }, validity: validity)))
        columns.append(
            (
                "base_value",
                .float64(scored.map { $0 ? explanation.baseValue : 0 }, validity: validity)
            ))
        for position in 0..<count {
            let own = reasons.map { position < $0.count ? $0[position] : nil }
            let exists = Bitmap(own.map { $0 != nil })
            let values = own.map { $0?.value }
            columns.append(("reason_\(position + 1)", .string(own.map { $0?.text ?? "" }, validity: exists)))
            columns.append(("feature_\(position + 1)", .string(own.map { $0?.feature ?? "" }, validity: exists)))
            columns.append(
                (
                    "value_\(position + 1)",
                    .float64(values.map { $0 ?? 0 }, validity: Bitmap(values.map { $0 != nil }))
                ))
            columns.append(
                ("contribution_\(position + 1)", .float64(own.map { $0?.contribution ?? 0 }, validity: exists)))
        }
        return try RecordBatch(columns)
    }

    private func reasons(_ codes: ReasonCodes, _ count: Int, threads: Int) -> [[ReasonCode]] {
        let rowCount = explanation.rowCount, blockRows = 256
        var result = [[ReasonCode]](repeating: [], count: rowCount)
        result.withUnsafeMutableBufferPointer { buffer in
            // Blocks of rows do not overlap.
            nonisolated(unsafe) let buffer = buffer
            parallelFor(count: (rowCount + blockRows - 1) / blockRows, threads: threads) { block in
                for row in block * blockRows..<min(rowCount, (block + 1) * blockRows) where hasScore(row) {
                    buffer[row] = codes.reasons(count, row: row, of: explanation, features)
                }
            }
        }
        return result
    }
}
