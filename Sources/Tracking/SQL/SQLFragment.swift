/// A fragment of SQL with the values for its `?`. Text from outside only ever gets into `values`.
struct SQLFragment: Sendable, Hashable {
    var sql: String
    var values: [SQLValue]

    init(_ sql: String, _ values: [SQLValue] = []) {
        self.sql = sql
        self.values = values
    }

    static func + (left: SQLFragment, right: SQLFragment) -> SQLFragment {
        SQLFragment(left.sql + right.sql, left.values + right.values)
    }

    /// `?, ?, ?`.
    static func list(_ values: [SQLValue]) -> SQLFragment {
        SQLFragment(Array(repeating: "?", count: values.count).joined(separator: ", "), values)
    }
}

extension Collection where Element == SQLFragment {
    func joined(separator: String) -> SQLFragment {
        SQLFragment(map(\.sql).joined(separator: separator), flatMap(\.values))
    }
}
