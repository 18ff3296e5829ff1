import Columnar

/// A column of some rows while they are cleaned.
enum TableColumn: Sendable {
    case plain(Column)
    /// Text as numbers of the entries of a coder.
    case coded(CodedCells)

    /// A one bit for each row that has a value; nil if all have one.
    var validity: Bitmap? {
        switch self {
        case .plain(let column): column.validity
        case .coded(let cells): cells.validity
        }
    }
}

/// Texts of rows as numbers.
struct CodedCells: Sendable {
    /// Of rows without a text any.
    let codes: [UInt16]
    let validity: Bitmap?
    /// The ``ParsingMemory`` whose coder gave the numbers.
    let memory: Int
}
