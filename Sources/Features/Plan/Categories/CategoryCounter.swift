public import Columnar

/// Finds the values of a plan's categories in training data: of every ``FeatureKind/category(column:values:)`` without values.
///
/// Batches can be counted by several counters in parallel and merged: the result depends neither on the order of rows nor on who
/// counted them. Memory grows with the different values, and with nothing else.
public struct CategoryCounter: Sendable {
    /// How many values a category gets at most, the most frequent ones; the others share the position after the last.
    public static let valueLimit = 1000

    /// By column.
    private var counts: [String: ValueCounts] = [:]

    /// An empty counter for the categories of a plan.
    public init(for plan: FeaturePlan) {
        for column in plan.openCategories { counts[column] = ValueCounts() }
    }

    /// Counts the values of some rows; missing ones are none.
    /// - Parameter batch: With the columns of the schema, as ``TransactionSchema/tableSchema()`` has them.
    /// - Throws: `ColumnarError` for a batch without one of the columns, or where its type cannot be that of a category.
    public mutating func add(_ batch: RecordBatch) throws(ColumnarError) {
        for name in counts.keys.sorted() { try counts[name]?.add(batch.column(name), field: name) }
    }

    /// Adds what another counter of the same plan has counted.
    public mutating func merge(_ other: CategoryCounter) {
        for (column, values) in other.counts { counts[column]?.add(values) }
    }

    /// The values of a column: the most frequent first, equally frequent ones by their bytes; at most ``valueLimit``.
    ///
    /// Bytes that are not UTF-8 are left out, since JSON cannot hold them. Empty for a column that is no open category.
    public func values(of column: String) -> [String] {
        let all = counts[column].map { Array($0.all) } ?? []
        let texts = all.compactMap { value, count in
            String(validating: value, as: UTF8.self).map { (text: $0, count: count) }
        }
        let sorted = texts.sorted {
            $0.count != $1.count
                ? $0.count > $1.count : $0.text.utf8.lexicographicallyPrecedes($1.text.utf8)
        }
        return sorted.prefix(CategoryCounter.valueLimit).map(\.text)
    }
}

extension FeaturePlan {
    /// Whether categories still need their values: ``fitted(with:)`` gives them.
    public var needsFitting: Bool { !openCategories.isEmpty }

    /// The plan with values for the categories that have none.
    public func fitted(with counter: CategoryCounter) -> FeaturePlan {
        var plan = self
        for index in features.indices {
            guard case .category(let column, nil) = features[index].kind else { continue }
            plan.features[index].kind = .category(column: column, values: counter.values(of: column))
        }
        return plan
    }

    fileprivate var openCategories: Set<String> {
        Set(
            features.compactMap {
                guard case .category(let column, nil) = $0.kind else { return nil }
                return column
            })
    }
}

extension ValueCounts {
    fileprivate mutating func add(_ column: Column, field: String) throws(ColumnarError) {
        switch column.storage {
        case .bytes(let values): addBytes(values, column)
        case .int32(let values): addIntegers(values, column)
        case .int64(let values): addIntegers(values, column)
        case .boolean(let values):
            let rows = (0..<column.count).lazy.filter { !column.isNull($0) }
            let known = rows.reduce(into: (all: 0, yes: 0)) {
                $0.all += 1
                $0.yes += values[$1] ? 1 : 0
            }
            add("true", count: known.yes)
            add("false", count: known.all - known.yes)
        case .float32, .float64:
            throw .typeMismatch(field: field, expected: "text, integers or booleans", actual: column.type)
        }
    }

    private mutating func addBytes(_ values: ByteArrays, _ column: Column) {
        values.bytes.withUnsafeBufferPointer { bytes in
            values.offsets.withUnsafeBufferPointer { offsets in
                for row in 0..<column.count where !column.isNull(row) {
                    add(UnsafeBufferPointer(rebasing: bytes[Int(offsets[row])..<Int(offsets[row + 1])]))
                }
            }
        }
    }

    private mutating func addIntegers<Value: FixedWidthInteger>(_ values: [Value], _ column: Column) {
        var counts: [Value: Int] = [:]
        for row in values.indices where !column.isNull(row) { counts[values[row], default: 0] += 1 }
        for (value, count) in counts { add(String(value), count: count) }
    }

    private mutating func add(_ text: String, count: Int) {
        guard count > 0 else { return }
        var text = text
        text.withUTF8 { add($0, count: count) }
    }
}
