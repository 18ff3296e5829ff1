public import Columnar

/// Feature values in 32-bit floating point, column by column; NaN is 'missing'.
///
/// ONNX's tree ensembles and XGBoost hold features in 32 bits, too: a model trained on them gives the same leaf for the
/// same row in every runtime. Columns with values that 32 bits cannot hold (identifiers above 2^24, large amounts with
/// cents) can also be kept in 64 bits, for classifiers that compare in 64 bits; see ``BinaryClassifier/takesDoubles``.
public struct FeatureMatrix: Sendable, Hashable {
    /// The name of each column.
    public let names: [String]
    /// One array per feature, each of `rowCount` values.
    public let columns: [[Float]]
    /// The length of each column.
    public let rowCount: Int
    /// By position, the 64-bit values of columns that 32 bits cannot hold.
    package let doubles: [Int: [Double]]

    /// - Throws: ``ModelError/shapeMismatch(_:)`` when names and columns differ in number, or columns in length.
    public init(names: [String], columns: [[Float]]) throws(ModelError) {
        try self.init(names: names, columns: columns, doubles: [:])
    }

    /// - Throws: ``ModelError/shapeMismatch(_:)`` when names and columns differ in number, or columns in length.
    package init(names: [String], columns: [[Float]], doubles: [Int: [Double]]) throws(ModelError) {
        guard names.count == columns.count else {
            throw .shapeMismatch("\(names.count) feature names for \(columns.count) columns")
        }
        let rowCount = columns.first?.count ?? 0
        for (name, column) in zip(names, columns) where column.count != rowCount {
            throw .shapeMismatch("feature '\(name)' has \(column.count) values, others \(rowCount)")
        }
        for (index, values) in doubles where !names.indices.contains(index) || values.count != rowCount {
            throw .shapeMismatch("\(values.count) 64-bit values of feature \(index), expected \(rowCount)")
        }
        self.names = names
        self.columns = columns
        self.rowCount = rowCount
        self.doubles = doubles
    }

    /// Numeric or boolean columns of a batch; null becomes NaN.
    /// - Parameter keepingDoubles: whether columns that 32 bits cannot hold are kept in 64 bits, too, for a classifier
    ///   that uses them; training, and classifiers trained by this library, do not.
    /// - Throws: `ColumnarError` for a column that is missing or not a number.
    public init(_ batch: RecordBatch, features: [String], keepingDoubles: Bool = true) throws {
        var columns: [[Float]] = []
        var doubles: [Int: [Double]] = [:]
        for (index, name) in features.enumerated() {
            let column = try batch.column(name)
            columns.append(try column.floatValues(field: name))
            if keepingDoubles { doubles[index] = column.valuesBeyondFloat }
        }
        try self.init(names: features, columns: columns, doubles: doubles)
    }

    /// How many columns there are.
    public var featureCount: Int { columns.count }

    /// The rows at these positions, in this order.
    public func take(_ rows: [Int]) -> FeatureMatrix {
        FeatureMatrix(
            unchecked: names, columns.map { column in rows.map { column[$0] } }, rows.count,
            doubles: doubles.mapValues { column in rows.map { column[$0] } })
    }

    /// The rows of a range.
    public func slice(_ rows: Range<Int>) -> FeatureMatrix {
        FeatureMatrix(
            unchecked: names, columns.map { Array($0[rows]) }, rows.count,
            doubles: doubles.mapValues { Array($0[rows]) })
    }

    /// The same rows with other values; columns have the lengths of this one's.
    func replacing(columns: [[Float]]) -> FeatureMatrix {
        FeatureMatrix(unchecked: names, columns, rowCount, doubles: [:])
    }

    /// The same rows with one column's values in another order: row i gets those of row `order[i]`.
    func reordering(_ feature: Int, by order: [Int]) -> FeatureMatrix {
        var columns = columns, doubles = doubles
        columns[feature] = order.map { self.columns[feature][$0] }
        if let values = doubles[feature] { doubles[feature] = order.map { values[$0] } }
        return FeatureMatrix(unchecked: names, columns, rowCount, doubles: doubles)
    }

    /// The same rows with one value for a whole column.
    func setting(_ feature: Int, to value: Double) -> FeatureMatrix {
        var columns = columns, doubles = doubles
        columns[feature] = [Float](repeating: Float(value), count: rowCount)
        doubles[feature] = Double(Float(value)) == value ? nil : [Double](repeating: value, count: rowCount)
        return FeatureMatrix(unchecked: names, columns, rowCount, doubles: doubles)
    }

    private init(unchecked names: [String], _ columns: [[Float]], _ rowCount: Int, doubles: [Int: [Double]]) {
        self.names = names
        self.columns = columns
        self.rowCount = rowCount
        self.doubles = doubles
    }
}

extension Column {
    /// A number column in 64 bits, NaN where it is null; nil where 32 bits can hold all values.
    fileprivate var valuesBeyondFloat: [Double]? {
        func wide<Value>(_ values: [Value], _ double: (Value) -> Double) -> [Double]? {
            let isWide = values.contains { value in
                let value = double(value)
                return !value.isNaN && Double(Float(value)) != value
            }
            guard isWide else { return nil }
            var result = values.map(double)
            if validity != nil {
                for row in result.indices where isNull(row) { result[row] = .nan }
            }
            return result
        }
        switch storage {
        case .int32(let values): return wide(values) { Double($0) }
        case .int64(let values): return wide(values) { Double($0) }
        case .float64(let values): return wide(values) { $0 }
        default: return nil
        }
    }
}
