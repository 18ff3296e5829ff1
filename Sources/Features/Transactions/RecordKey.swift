package import Columnar

/// The sort key of a row of a schema's transactions: time, then id.
package struct RecordKey: Sendable, Comparable {
    /// Microseconds since 1970-01-01T00:00:00.
    package let time: Int64
    package let id: RecordID

    package init(time: Int64, id: RecordID) {
        self.time = time
        self.id = id
    }

    package static func < (left: RecordKey, right: RecordKey) -> Bool {
        left.time != right.time ? left.time < right.time : left.id < right.id
    }
}

/// An id as the order of rows compares it: none is before all others, integers are compared by value, texts by bytes.
package enum RecordID: Sendable, Comparable {
    case none
    case integer(Int64)
    case bytes([UInt8])

    /// The id of a row; none where there is no column of ids, or one of another type.
    package init(_ column: Column?, row: Int) {
        guard let column, !column.isNull(row) else {
            self = .none
            return
        }
        switch column.storage {
        case .int32(let values): self = .integer(Int64(values[row]))
        case .int64(let values): self = .integer(values[row])
        case .bytes(let values): self = .bytes(Array(values[row]))
        case .boolean, .float32, .float64: self = .none
        }
    }

    /// The id of a single transaction.
    package init(_ value: TransactionValue) {
        switch value {
        case .integer(let integer): self = .integer(integer)
        case .text(let text): self = .bytes(Array(text.utf8))
        case .null, .number, .boolean, .time: self = .none
        }
    }

    package static func < (left: RecordID, right: RecordID) -> Bool {
        switch (left, right) {
        case (.integer(let left), .integer(let right)): left < right
        case (.bytes(let left), .bytes(let right)): left.lexicographicallyPrecedes(right)
        case (.none, .none), (_, .none): false
        case (.none, _), (.integer, .bytes): true
        case (.bytes, .integer): false
        }
    }
}
