/// A column of one type: a contiguous buffer of values, and a validity bitmap where values can be missing.
///
/// The value stored where a row is null is unspecified; builders store zero.
public struct Column: Sendable, Hashable {
    /// What the values mean.
    public let type: DataType
    /// The values; those of null rows mean nothing.
    public let storage: ColumnStorage
    /// A one bit for each row that has a value; nil when no row is null.
    public let validity: Bitmap?

    /// - Throws: ``ColumnarError`` when the storage is not what the type needs, or the bitmap has another length.
    public init(type: DataType, storage: ColumnStorage, validity: Bitmap? = nil) throws(ColumnarError) {
        guard storage.physicalType == type.physicalType else {
            throw .typeMismatch(field: "", expected: storage.physicalType.rawValue, actual: type)
        }
        if let validity, validity.count != storage.count {
            throw .countMismatch(field: "validity", expected: storage.count, actual: validity.count)
        }
        self.init(unchecked: type, storage, validity)
    }

    init(unchecked type: DataType, _ storage: ColumnStorage, _ validity: Bitmap?) {
        self.type = type
        self.storage = storage
        // A bitmap of ones is redundant; without it readers take their fast path.
        self.validity = validity.flatMap { $0.trueCount == $0.count ? nil : $0 }
    }

    /// Rows, null ones included.
    public var count: Int { storage.count }
    /// Rows without a value.
    public var nullCount: Int { validity.map { $0.count - $0.trueCount } ?? 0 }

    /// Whether a row has no value.
    public func isNull(_ row: Int) -> Bool { validity.map { !$0[row] } ?? false }

    /// The rows at these positions, in this order.
    public func take(_ rows: [Int]) -> Column {
        Column(unchecked: type, storage.take(rows), validity?.take(rows))
    }

    /// The rows of a range.
    public func slice(_ rows: Range<Int>) -> Column {
        rows == 0..<count ? self : take(Array(rows))
    }

    /// One column after the other.
    /// - Throws: ``ColumnarError/typeMismatch(field:expected:actual:)`` when the types differ.
    public static func concatenating(_ columns: [Column], type: DataType) throws(ColumnarError) -> Column {
        var storage = ColumnStorage(empty: type.physicalType)
        for column in columns {
            guard column.type == type else {
                throw .typeMismatch(field: "", expected: type.description, actual: column.type)
            }
            storage.append(column.storage)
        }
        guard columns.contains(where: { $0.validity != nil }) else { return Column(unchecked: type, storage, nil) }
        let bits = columns.lazy.flatMap { column in (0..<column.count).lazy.map { !column.isNull($0) } }
        return Column(unchecked: type, storage, Bitmap(bits))
    }
}

/// The values of a column in their memory layout.
public enum ColumnStorage: Sendable, Hashable {
    case boolean(Bitmap)
    case int32([Int32])
    case int64([Int64])
    case float32([Float])
    case float64([Double])
    case bytes(ByteArrays)

    /// An empty buffer of a layout.
    public init(empty physicalType: PhysicalType) {
        switch physicalType {
        case .boolean: self = .boolean(Bitmap(repeating: false, count: 0))
        case .int32: self = .int32([])
        case .int64: self = .int64([])
        case .float32: self = .float32([])
        case .float64: self = .float64([])
        case .bytes: self = .bytes(ByteArrays())
        }
    }

    /// The layout of the values.
    public var physicalType: PhysicalType {
        switch self {
        case .boolean: .boolean
        case .int32: .int32
        case .int64: .int64
        case .float32: .float32
        case .float64: .float64
        case .bytes: .bytes
        }
    }

    /// How many values there are.
    public var count: Int {
        switch self {
        case .boolean(let values): values.count
        case .int32(let values): values.count
        case .int64(let values): values.count
        case .float32(let values): values.count
        case .float64(let values): values.count
        case .bytes(let values): values.count
        }
    }

    func take(_ rows: [Int]) -> ColumnStorage {
        switch self {
        case .boolean(let values): .boolean(values.take(rows))
        case .int32(let values): .int32(rows.map { values[$0] })
        case .int64(let values): .int64(rows.map { values[$0] })
        case .float32(let values): .float32(rows.map { values[$0] })
        case .float64(let values): .float64(rows.map { values[$0] })
        case .bytes(let values): .bytes(values.take(rows))
        }
    }

    /// Appends values of the same layout; the caller has compared the types.
    mutating func append(_ other: ColumnStorage) {
        switch (consume self, other) {
        case (.boolean(let left), .boolean(let right)):
            self = .boolean(Bitmap((0..<left.count).map { left[$0] } + (0..<right.count).map { right[$0] }))
        case (.int32(var left), .int32(let right)):
            left.append(contentsOf: right)
            self = .int32(left)
        case (.int64(var left), .int64(let right)):
            left.append(contentsOf: right)
            self = .int64(left)
        case (.float32(var left), .float32(let right)):
            left.append(contentsOf: right)
            self = .float32(left)
        case (.float64(var left), .float64(let right)):
            left.append(contentsOf: right)
            self = .float64(left)
        case (.bytes(var left), .bytes(let right)):
            left.append(contentsOf: right)
            self = .bytes(left)
        case (let left, let right):
            // `concatenating`, the one caller, has compared the types.
            preconditionFailure("\(right.physicalType) values appended to \(left.physicalType)")
        }
    }
}
