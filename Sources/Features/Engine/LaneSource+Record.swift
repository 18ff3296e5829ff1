import Columnar

extension LaneSource {
    /// Writes an input's lanes of a single transaction.
    /// - Parameters:
    ///   - schema: For messages.
    ///   - kinds: The types of the schema's columns.
    ///   - number: The number of a text in an interner; -1 for one that has none.
    /// - Throws: ``FeatureEngineError/wrongValue(column:expected:)``.
    func fill(
        _ record: TransactionRecord, _ schema: TransactionSchema, _ kinds: [SchemaColumnType.Kind], _ lanes: RowLanes,
        number intern: (_ interner: Int, UnsafeBufferPointer<UInt8>) -> Int64
    ) throws(FeatureEngineError) {
        switch self {
        case .number(let column, let number):
            guard let value = LaneSource.number(record.values[column], kinds[column]) else {
                throw LaneSource.failure(schema.columns[column])
            }
            number.write(value, to: lanes, row: 0)
        case .word(let column, let word, let interner):
            guard let value = LaneSource.word(record.values[column], kinds[column], interner, intern) else {
                throw LaneSource.failure(schema.columns[column])
            }
            lanes[word.word, 0] = value ?? 0
            lanes[word.isPresent, 0] = value == nil ? 0 : 1
        case .category(let column, let positions, let lane):
            guard let value = LaneSource.category(record.values[column], kinds[column], positions) else {
                throw LaneSource.failure(schema.columns[column])
            }
            lanes.setNumber(value, lane, 0)
        case .label(let column, let values):
            if case .time = record.values[column] { throw LaneSource.failure(schema.columns[column]) }
            lanes[RowLanes.label, 0] = values.label(record.values[column])
        case .knownAt(let column):
            lanes[RowLanes.knownAt, 0] =
                switch record.values[column] {
                case .null: .max
                case .time(let time): time
                default: throw LaneSource.failure(schema.columns[column])
                }
        }
    }

    static func failure(_ column: SchemaColumn) -> FeatureEngineError {
        .wrongValue(column: column.name, expected: "of type \(column.type.kind.rawValue)")
    }

    // What does not suit the column's type is nil.

    private static func number(
        _ value: TransactionValue, _ kind: SchemaColumnType.Kind
    ) -> Double? {
        switch (value, kind) {
        case (.null, _): return .nan
        case (.number(let number), .float): return number
        case (.integer(let integer), .integer), (.integer(let integer), .float): return Double(integer)
        case (.boolean(let boolean), .boolean): return boolean ? 1 : 0
        case (.time(let time), .timestamp), (.time(let time), .relativeTime): return Double(time)
        default: return nil
        }
    }

    private static func word(
        _ value: TransactionValue, _ kind: SchemaColumnType.Kind, _ interner: Int?,
        _ intern: (Int, UnsafeBufferPointer<UInt8>) -> Int64
    ) -> Int64?? {
        switch (value, kind) {
        case (.null, _): return .some(nil)
        case (.integer(let integer), .integer): return integer
        case (.boolean(let boolean), .boolean): return boolean ? 1 : 0
        case (.number(let number), .float): return .some(Features.word(of: number))
        case (.integer(let integer), .float): return .some(Features.word(of: Double(integer)))
        case (.time(let time), .timestamp), (.time(let time), .relativeTime): return time
        case (.text(let text), .text), (.text(let text), .category):
            guard let interner else { return nil }
            return withUTF8(of: text) { intern(interner, $0) }
        default: return nil
        }
    }

    private static func category(
        _ value: TransactionValue, _ kind: SchemaColumnType.Kind, _ positions: CategoryPositions
    ) -> Double? {
        switch (value, kind) {
        case (.null, _): return .nan
        case (.integer(let integer), .integer): return positions.position(of: integer)
        case (.boolean(let boolean), .boolean): return positions.position(of: boolean)
        case (.text(let text), .text), (.text(let text), .category):
            return withUTF8(of: text) { positions.position(of: $0) }
        default: return nil
        }
    }

    private static func withUTF8<Value>(of text: String, _ body: (UnsafeBufferPointer<UInt8>) -> Value) -> Value {
        if let value = text.utf8.withContiguousStorageIfAvailable(body) { return value }
        var text = text
        return text.withUTF8(body)
    }
}
