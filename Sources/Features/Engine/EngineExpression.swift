import Columnar

/// An expression of a plan: a feature's value, or a filter.
///
/// A class, since copies of its parts would take longer than a short expression.
final class EngineExpression: Sendable {
    let bound: BoundExpression
    /// Whether the result is 1 where it is true and else 0.
    let isFilter: Bool
    /// The lanes of the features that it may use, by their positions.
    let features: [Int]
    /// The lane of the result.
    let output: Int

    init(bound: BoundExpression, isFilter: Bool, features: [Int], output: Int) {
        self.bound = bound
        self.isFilter = isFilter
        self.features = features
        self.output = output
    }

    /// Computes it for some rows of a portion.
    func compute(_ portion: BatchPortion, _ lanes: RowLanes, _ rows: Range<Int>) {
        var scratch = ExpressionScratch()
        ColumnPointers.with(bound.columns.map { portion.batch.columns[$0] }) { columns in
            features.withUnsafeBufferPointer { features in
                let none = UnsafeBufferPointer<UnsafePointer<Double>>(start: nil, count: 0)
                for row in rows {
                    let source = BatchRow(columns: columns, features: none, row: portion.row(row))
                    write(LaneRow(columns: source, features: features, lanes: lanes, row: row), lanes, row, &scratch)
                }
            }
        }
    }

    /// Computes it for a single transaction.
    func compute(_ record: TransactionRecord, _ lanes: RowLanes, _ scratch: inout ExpressionScratch) {
        record.values.withUnsafeBufferPointer { values in
            features.withUnsafeBufferPointer { features in
                let source = RecordRow(values: values, features: UnsafeBufferPointer(start: nil, count: 0))
                write(LaneRow(columns: source, features: features, lanes: lanes, row: 0), lanes, 0, &scratch)
            }
        }
    }

    @inline(__always)
    private func write(
        _ source: some ExpressionRow, _ lanes: RowLanes, _ row: Int, _ scratch: inout ExpressionScratch
    ) {
        if isFilter {
            lanes[output, row] = bound.isTrue(for: source, scratch: &scratch) ? 1 : 0
        } else {
            lanes.setNumber(bound.number(of: source, scratch: &scratch), output, row)
        }
    }
}

/// Columns of any source, and features from lanes.
private struct LaneRow<Columns: ExpressionRow>: ExpressionRow {
    let columns: Columns
    let features: UnsafeBufferPointer<Int>
    let lanes: RowLanes
    let row: Int

    func float64(_ source: ExpressionSource) -> Double { columns.float64(source) }

    func int32(_ source: ExpressionSource) -> ExpressionRegister { columns.int32(source) }

    func int64(_ source: ExpressionSource) -> ExpressionRegister { columns.int64(source) }

    func text(_ source: ExpressionSource, _ arena: inout TextArena) -> ExpressionRegister {
        columns.text(source, &arena)
    }

    func truth(_ source: ExpressionSource) -> ExpressionRegister.Truth { columns.truth(source) }

    func feature(_ source: ExpressionSource) -> Double { lanes.number(features[source.position], row) }
}
