package import Features

/// The id of a transaction of a schema, in the order of the batch features: integers by value, texts by their bytes.
package enum RecordID: Sendable, Comparable {
    /// The schema has no id.
    case none
    case integer(Int64)
    case text(String)

    package init(_ value: TransactionValue) {
        self =
            switch value {
            case .integer(let integer): .integer(integer)
            case .text(let text): .text(text)
            case .null, .number, .boolean, .time: .none
            }
    }

    // Texts are not compared as strings are, of which some with different bytes are equal.

    package static func == (left: RecordID, right: RecordID) -> Bool {
        switch (left, right) {
        case (.none, .none): true
        case (.integer(let left), .integer(let right)): left == right
        case (.text(let left), .text(let right)): left.utf8.elementsEqual(right.utf8)
        default: false
        }
    }

    package static func < (left: RecordID, right: RecordID) -> Bool {
        switch (left, right) {
        case (.integer(let left), .integer(let right)): left < right
        case (.text(let left), .text(let right)): left.utf8.lexicographicallyPrecedes(right.utf8)
        case (.none, .integer), (.none, .text), (.integer, .text): true
        default: false
        }
    }
}
