import CLibPQ

/// The result of a statement: a collection of rows.
///
/// Values are decoded on access, by the types of their columns; see ``PostgreSQLValue``.
public struct PostgreSQLResult: Sendable, RandomAccessCollection {
    /// The names of the columns in order; empty for a statement that returns no rows.
    public let columns: [String]
    /// Rows that an `INSERT`, `UPDATE`, `DELETE`, `MERGE`, `COPY` or `SELECT` affected, 0 for other statements.
    public let affectedRows: Int
    let types: [Oid]
    let memory: ResultMemory

    /// Takes a result over.
    init(_ result: OpaquePointer) {
        memory = ResultMemory(result)
        let count = PQnfields(result)
        columns = (0..<count).map { String(cString: PQfname(result, $0)) }
        types = (0..<count).map { PQftype(result, $0) }
        affectedRows = Int(String(cString: PQcmdTuples(result))) ?? 0
    }

    /// The first row's index, 0.
    public var startIndex: Int { 0 }
    /// The number of rows.
    public var endIndex: Int { Int(PQntuples(memory.result)) }

    /// A row by its number from 0 on, which must be below ``endIndex``.
    public subscript(position: Int) -> PostgreSQLRow {
        precondition(indices.contains(position), "row \(position) of \(count)")
        return PostgreSQLRow(result: self, number: CInt(position))
    }

    /// The only value of the first row, nil when there are no rows.
    public var firstValue: PostgreSQLValue? {
        guard !isEmpty, !columns.isEmpty else { return nil }
        return self[0][0]
    }
}

/// A row of a result: its values in the order of the columns.
public struct PostgreSQLRow: Sendable, RandomAccessCollection {
    let result: PostgreSQLResult
    let number: CInt

    /// The first value's index, 0.
    public var startIndex: Int { 0 }
    /// The number of columns.
    public var endIndex: Int { result.columns.count }

    /// The value in a column by its number from 0 on, which must be below ``endIndex``.
    public subscript(position: Int) -> PostgreSQLValue {
        precondition(indices.contains(position), "column \(position) of \(count)")
        let column = CInt(position), memory = result.memory.result
        guard PQgetisnull(memory, number, column) == 0, let start = PQgetvalue(memory, number, column) else {
            return .null
        }
        let bytes = UnsafeRawBufferPointer(start: start, count: Int(PQgetlength(memory, number, column)))
        return ValueDecoder.decode(bytes, type: result.types[position])
    }

    /// The value in the first column of that name, nil when there is none.
    public subscript(name: String) -> PostgreSQLValue? {
        result.columns.firstIndex(of: name).map { self[$0] }
    }
}

/// Owns a result of libpq.
///
/// `@unchecked Sendable`: nobody writes to a result once libpq has handed it out, and reading it is free of side effects.
final class ResultMemory: @unchecked Sendable {
    let result: OpaquePointer

    init(_ result: OpaquePointer) { self.result = result }

    deinit { PQclear(result) }
}
