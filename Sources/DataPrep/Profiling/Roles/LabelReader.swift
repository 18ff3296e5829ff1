import Columnar

/// What the label says of a row.
enum LabelClass: Int8, Sendable {
    case missing = -1
    case genuine = 0
    case fraud = 1
}

/// Reads a label column of any type.
struct LabelReader: Sendable {
    private let texts: [[UInt8]]
    private let integers: Set<Int64>
    private let numbers: Set<Double>
    private let booleans: Set<Bool>

    /// - Throws: `ColumnarError.typeMismatch` for dates and timestamps.
    init(_ label: DataProfileRequest.Label, _ type: DataType) throws(ColumnarError) {
        switch type {
        case .date, .timestamp: throw .typeMismatch(field: label.column, expected: "a label", actual: type)
        case .boolean, .int32, .int64, .float32, .float64, .string, .binary: break
        }
        texts = label.fraudValues.map { Array($0.utf8) }
        numbers = Set(label.fraudValues.compactMap { Double($0) })
        integers = Set(label.fraudValues.compactMap { Int64($0) ?? Double($0).flatMap { Int64(exactly: $0) } })
        let words = Set(label.fraudValues.map { $0.lowercased() })
        var booleans: Set<Bool> = []
        if !words.isDisjoint(with: ["1", "true", "t", "yes", "y"]) { booleans.insert(true) }
        if !words.isDisjoint(with: ["0", "false", "f", "no", "n"]) { booleans.insert(false) }
        self.booleans = booleans
    }

    /// The class of each row.
    func classes(_ column: Column) -> [LabelClass] {
        var classes = [LabelClass](repeating: .genuine, count: column.count)
        switch column.storage {
        case .boolean(let values):
            for row in classes.indices where booleans.contains(values[row]) { classes[row] = .fraud }
        case .int32(let values):
            for row in classes.indices where integers.contains(Int64(values[row])) { classes[row] = .fraud }
        case .int64(let values):
            for row in classes.indices where integers.contains(values[row]) { classes[row] = .fraud }
        case .float32(let values): mark(values, &classes)
        case .float64(let values): mark(values, &classes)
        case .bytes(let values):
            for row in classes.indices {
                let text = values[row]
                if texts.contains(where: { $0.elementsEqual(text) }) {
                    classes[row] = .fraud
                } else if text.withUnsafeBytes(MissingMarkers.isMarker) {
                    classes[row] = .missing
                }
            }
        }
        if column.validity != nil {
            for row in classes.indices where column.isNull(row) { classes[row] = .missing }
        }
        return classes
    }

    private func mark<Value: BinaryFloatingPoint>(_ values: [Value], _ classes: inout [LabelClass]) {
        for row in classes.indices {
            let value = Double(values[row])
            if value.isNaN {
                classes[row] = .missing
            } else if numbers.contains(value) {
                classes[row] = .fraud
            }
        }
    }
}
