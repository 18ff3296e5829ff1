/// What the features of a table have in common.
struct HistoryTableKey: Hashable {
    /// Columns, in ascending order.
    let keys: [Int]
    /// As text.
    let filter: String?
    /// Microseconds; 0 without tiles.
    let tile: Int64
}

/// What the features of a table need of it, collected feature by feature.
struct HistoryTableParts {
    /// How far before a transaction windows begin and end, in microseconds.
    var offsets: Set<Int64> = []
    var numbers: [Int: HistoryLayoutParts.Number] = [:]
    /// For each column whose different values are counted, the longest window in which they are, in microseconds.
    var values: [Int: Int64] = [:]
    var points: [String: SchemaPoint] = [:]
    var needsLabels = false
    /// The lane of the filter.
    var filter: Int?
    var features: [Feature] = []

    struct Feature {
        let operation: HistoryFeature.Operation
        let lower: Int64
        let upper: Int64
        let measure: Measure
        let includesCurrent: Bool
        let output: Int
    }

    enum Measure {
        case none
        case number(Int)
        case value(Int)
        case point(String)
    }
}
