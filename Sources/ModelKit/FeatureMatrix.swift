public import Columnar

/// Feature values in 32-bit floating point, column by column; NaN is 'missing'.
///
/// 32 bits are the precision in which ONNX's tree ensembles and XGBoost hold features: a model that was trained on them
/// gives the same leaf for the same row in every runtime.
public struct FeatureMatrix: Sendable, Hashable {
    /// The name of each column.
    public let names: [String]
    /// One array a feature, each of `rowCount` values.
    public let columns: [[Float]]
    /// The length of each column.
    public let rowCount: Int

    /// - Throws: ``ModelError/shapeMismatch(_:)`` when names and columns differ in number, or columns in length.
    public init(names: [String], columns: [[Float]]) throws(ModelError) {
        guard names.count == columns.count else {
            throw .shapeMismatch("\(names.count) feature names for \(columns.count) columns")
        }
        let rowCount = columns.first?.count ?? 0
        for (name, column) in zip(names, columns) where column.count != rowCount {
            throw .shapeMismatch("feature '\(name)' has \(column.count) values, others \(rowCount)")
        }
        self.names = names
        self.columns = columns
        self.rowCount = rowCount
    }

    /// Numeric or boolean columns of a batch; null becomes NaN.
    /// - Throws: `ColumnarError` for a column that is missing or not a number.
    public init(_ batch: RecordBatch, features: [String]) throws {
        var columns: [[Float]] = []
        for name in features { columns.append(try batch.column(name).floatValues(field: name)) }
        try self.init(names: features, columns: columns)
    }

    /// How many columns there are.
    public var featureCount: Int { columns.count }

    /// The rows at these positions, in this order.
    public func gathering(_ rows: [Int]) -> FeatureMatrix {
        FeatureMatrix(unchecked: names, columns.map { column in rows.map { column[$0] } }, rows.count)
    }

    /// The rows of a range.
    public func slice(_ rows: Range<Int>) -> FeatureMatrix {
        FeatureMatrix(unchecked: names, columns.map { Array($0[rows]) }, rows.count)
    }

    private init(unchecked names: [String], _ columns: [[Float]], _ rowCount: Int) {
        self.names = names
        self.columns = columns
        self.rowCount = rowCount
    }
}
