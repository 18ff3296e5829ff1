package import Columnar

/// Which rows of a column have no value, and which of them because it is invalid.
struct RowMarks {
    private let count: Int
    /// Empty as long as all rows have a value.
    private var present: [UInt64] = []
    /// Empty as long as none is invalid.
    private var faulty: [UInt64] = []

    init(count: Int) { self.count = count }

    var isEmpty: Bool { present.isEmpty }

    @inline(never)
    mutating func setMissing(_ row: Int) {
        if present.isEmpty { present = [UInt64](repeating: .max, count: Bitmap.wordCount(count)) }
        present[row >> 6] &= ~(1 << UInt64(row & 63))
    }

    @inline(never)
    mutating func setInvalid(_ row: Int) {
        setMissing(row)
        if faulty.isEmpty { faulty = [UInt64](repeating: 0, count: Bitmap.wordCount(count)) }
        faulty[row >> 6] |= 1 << UInt64(row & 63)
    }

    /// A one bit for each row with a value; nil if all have one.
    var validity: Bitmap? { present.isEmpty ? nil : Bitmap(words: present, count: count) }

    /// A one bit for each row with an invalid value; nil if there are none.
    var invalid: Bitmap? { faulty.isEmpty ? nil : Bitmap(words: faulty, count: count) }
}

/// What a field holds.
enum CellOutcome<Value> {
    case value(Value)
    case missing
    case invalid
}

extension CellOutcome: Sendable where Value: Sendable {}

/// A column in the type that a schema gives it.
package struct ReadColumn: Sendable {
    /// Null where there is no value.
    package let column: Column
    /// A one bit for each row whose value is not one of the column; nil if there are none.
    package let invalid: Bitmap?

    /// A column without values.
    package init(nulls type: DataType, count: Int) {
        self.init(column: .nulls(type, count: count), invalid: nil)
    }

    init(column: Column, invalid: Bitmap?) {
        self.column = column
        self.invalid = invalid
    }
}
